// Lists the Debian packages in a root folder as an SPDX and a CycloneDX document, with syft.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/anchore/syft/syft/format/cyclonedxjson"
	"github.com/anchore/syft/syft/format/spdxjson"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/debian"
	"github.com/anchore/syft/syft/sbom"
	"github.com/anchore/syft/syft/source"
	"github.com/anchore/syft/syft/source/directorysource"
)

const usage = "usage: sbom ROOT NAME VERSION INTO, which writes INTO.spdx.json and INTO.cdx.json"

// The version of syft that this is built with.
func syftVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/anchore/syft" {
			return module.Version[1:]
		}
	}
	return "unknown"
}

func listed(root, name, version string) (sbom.SBOM, error) {
	var list sbom.SBOM
	place, err := directorysource.New(directorysource.Config{
		Path: root, Base: root, Alias: source.Alias{Name: name, Version: version}})
	if err != nil {
		return list, err
	}
	files, err := place.FileResolver(source.SquashedScope)
	if err != nil {
		return list, err
	}
	packages, relationships, err := debian.NewDBCataloger().Catalog(context.Background(), files)
	if err != nil {
		return list, err
	}
	list.Artifacts.Packages = pkg.NewCollection(packages...)
	list.Artifacts.LinuxDistribution = linux.IdentifyRelease(files)
	list.Relationships = relationships
	list.Source = place.Describe()
	// Where the folder lies says nothing of the image, and is hashed into an identity.
	list.Source.Metadata = source.DirectoryMetadata{Path: name}
	list.Descriptor = sbom.Descriptor{Name: "syft", Version: syftVersion()}
	return list, nil
}

func write(encoder sbom.FormatEncoder, list sbom.SBOM, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return encoder.Encode(file, list)
}

func run(root, name, version, into string) error {
	list, err := listed(root, name, version)
	if err != nil {
		return err
	}
	spdx, err := spdxjson.NewFormatEncoderWithConfig(spdxjson.DefaultEncoderConfig())
	if err != nil {
		return err
	}
	cyclonedx, err := cyclonedxjson.NewFormatEncoderWithConfig(cyclonedxjson.DefaultEncoderConfig())
	if err != nil {
		return err
	}
	if err := write(spdx, list, into+".spdx.json"); err != nil {
		return err
	}
	return write(cyclonedx, list, into+".cdx.json")
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(64)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}
