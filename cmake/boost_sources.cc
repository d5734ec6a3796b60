// The parts of Boost that can be compiled on their own, compiled once for the whole project.
#include <boost/asio/impl/src.hpp>
#include <boost/json/src.hpp>
