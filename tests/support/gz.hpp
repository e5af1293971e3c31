// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace plimsoll::test {

/// The unpacked text of a gzip file under tests/data, e.g. "aave/account-vectors.json.gz". A test without its data
/// cannot pass: a file that is missing, broken or unpacks to more than 256 MiB ends the process with its name.
std::string read_gz(const std::string& path);

}  // namespace plimsoll::test
