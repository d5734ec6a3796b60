// Catch2 is version 2 on Debian 12 and version 3 from Debian 13 and Ubuntu 24.04 on; only this file
// knows.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
