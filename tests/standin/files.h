// /api/files/: upload, download, and raw with ranges, below the folder of --files.
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// GET /api/files/download, /raw and /view, with ?path=. True when it was one of them.
bool serve_file(Exchange& exchange);

// POST /api/files/upload: the raw body goes to disk in steps of 64 kB, and what came of an aborted
// one stays.
bool serve_upload(Exchange& exchange);

}  // namespace taskgate::standin
