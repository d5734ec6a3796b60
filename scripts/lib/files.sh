# shellcheck shell=bash
# Sourced. Lists what belongs to the repository.

# Every file that would be committed, each ended by a NUL; without git, every file outside the build folders.
repo_files() {
  local file
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
      if [[ -f "$file" ]]; then printf '%s\0' "$file"; fi
    done
  else
    find . \( -name .git -o -name 'build*' \) -prune -o -type f -print0
  fi
}
