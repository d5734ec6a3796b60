# The revision is asked from git; a build without git (an image, a tarball) passes -DTASKGATE_REVISION.
set(TASKGATE_REVISION "" CACHE STRING "Source revision shown by --version and build_info")
if(NOT TASKGATE_REVISION)
  execute_process(COMMAND git rev-parse --short=12 HEAD WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE TASKGATE_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT TASKGATE_REVISION)
  set(TASKGATE_REVISION unknown)
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${PROJECT_BINARY_DIR}/generated/base/version.h @ONLY)
target_include_directories(taskgate_settings INTERFACE ${PROJECT_BINARY_DIR}/generated)
