# Makes a source file with the text of other files: cmake -DOUTPUT=FILE.cc -DFILES="A;B" -P embed.cmake
# The header of the same layer declares page_files(): each file by its name.
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND rows "      {\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"admin/page_files.h\"

namespace taskgate::admin {

const Templates& page_files() {
  static const Templates files{
${rows}  };
  return files;
}

}  // namespace taskgate::admin
")
