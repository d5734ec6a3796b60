// The files of src/admin/page, which the build puts into the program (cmake/embed.cmake).
#pragma once

#include "admin/template.h"

namespace taskgate::admin {

const Templates& page_files();

}  // namespace taskgate::admin
