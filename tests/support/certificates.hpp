// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace plimsoll::test {

/// A certificate authority of one test, and servers' certificates from it, as PEM files in a directory that goes with
/// it.
class Certificates {
  public:
    Certificates();
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    struct Pair {
        std::string certificate;  // path
        std::string key;          // path
    };
    struct Subject {
        std::string alternative_name = "IP:127.0.0.1";  // as OpenSSL writes subjectAltName: "DNS:node.example"
        long valid_from_s = -3'600;                     // from now
        long valid_to_s = 3'600;
        bool self_signed = false;
    };

    std::string ca_file() const { return (directory_ / "ca.pem").string(); }
    Pair issue(const Subject& subject);

  private:
    struct Authority;
    std::filesystem::path directory_;
    std::unique_ptr<Authority> authority_;
    int issued_ = 0;
};

}  // namespace plimsoll::test
