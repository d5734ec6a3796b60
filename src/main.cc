#include "cli/cli.h"

int main(int argc, char** argv) {
  return taskgate::cli::dispatch({argv + 1, argv + argc});
}
