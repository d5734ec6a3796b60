# What every target of this project is compiled with. Targets link `taskgate::settings`.

add_library(taskgate_settings INTERFACE)
add_library(taskgate::settings ALIAS taskgate_settings)
target_include_directories(taskgate_settings INTERFACE ${PROJECT_SOURCE_DIR}/src)
# At -O3 g++ 12 reports -Wrestrict, -Warray-bounds, -Wstringop-overflow and -Wstringop-overread falsely where it inlines
# a std::string; the sanitized builds keep the last three. -Wno-missing-field-initializers: a designated initializer
# leaves members at their default on purpose. -Wno-subobject-linkage: g++ says that of each type in an unnamed namespace
# of a file that another includes.
target_compile_options(taskgate_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wimplicit-fallthrough -Wno-missing-field-initializers -Wno-restrict
  -Wno-subobject-linkage
  $<$<CONFIG:Release>:-Wno-array-bounds> $<$<CONFIG:Release>:-Wno-stringop-overflow>
  $<$<CONFIG:Release>:-Wno-stringop-overread>
  $<$<BOOL:${TASKGATE_WERROR}>:-Werror>)

# The program's text is memory of each pod: what nothing uses is left out of it.
add_compile_options($<$<CONFIG:Release>:-ffunction-sections> $<$<CONFIG:Release>:-fdata-sections>)
add_link_options($<$<CONFIG:Release>:LINKER:--gc-sections>)

if(TASKGATE_SANITIZE)
  # For every target, the compiled Boost sources included: a half-instrumented coroutine frame reports nonsense.
  add_compile_options(-fsanitize=${TASKGATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TASKGATE_SANITIZE})
  add_compile_definitions(TASKGATE_SANITIZED)
  if(TASKGATE_SANITIZE MATCHES thread)
    # The thread sanitizer does not know fences. Asio's stand beside its mutexes, which it knows.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# Boost.Asio and Boost.JSON are compiled once instead of in each file that includes them. Asio keeps coroutine frames for
# reuse, by default two of each thread: of a request several are there at once, of a create up to a dozen.
add_library(taskgate_boost STATIC ${PROJECT_SOURCE_DIR}/cmake/boost_sources.cc)
add_library(taskgate::boost ALIAS taskgate_boost)
target_compile_definitions(taskgate_boost PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16
  BOOST_ASIO_DISABLE_BOOST_COROUTINE
  BOOST_JSON_SEPARATE_COMPILATION)
target_link_libraries(taskgate_boost PUBLIC Boost::headers Threads::Threads)
target_compile_options(taskgate_boost PRIVATE -w)

# Hot: what a request goes through. g++ bounds how far inlining may make a translation unit grow; one of eight files
# reaches that bound, which would cost a request 6 % more instructions. Cold: what is compiled to be small.
set(taskgate_hot $<$<CONFIG:Release>:--param=inline-unit-growth=1000>)
set(taskgate_cold $<$<CONFIG:Release>:-Os>)

# A file is compiled in half the time when Asio's headers are compiled once for all. The precompiled headers belong to
# libraries of nothing, one for each set of flags; g++ takes the bound above from the header, not from who includes it.
file(CONFIGURE OUTPUT nothing.cc CONTENT "")
foreach(temperature hot cold)
  add_library(taskgate_headers_${temperature} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/nothing.cc)
  target_link_libraries(taskgate_headers_${temperature} PRIVATE taskgate::settings taskgate::boost)
  target_compile_options(taskgate_headers_${temperature} PRIVATE ${taskgate_${temperature}})
  target_precompile_headers(taskgate_headers_${temperature} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
endforeach()

# One static library a layer (docs/architecture.md); a layer links the layers it may include. COLD: no request goes
# through it.
function(taskgate_layer name)
  cmake_parse_arguments(ARG "COLD" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(taskgate_${name} STATIC ${ARG_SOURCES})
  add_library(taskgate::${name} ALIAS taskgate_${name})
  target_link_libraries(taskgate_${name} PUBLIC taskgate::settings ${ARG_LINK} PRIVATE ${ARG_PRIVATE})
  set(temperature hot)
  if(ARG_COLD)
    set(temperature cold)
  endif()
  target_compile_options(taskgate_${name} PRIVATE ${taskgate_${temperature}})
  target_precompile_headers(taskgate_${name} REUSE_FROM taskgate_headers_${temperature})
endfunction()
