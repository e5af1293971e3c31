// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "../../support/temp_dir.hpp"

using namespace plimsoll;
using namespace plimsoll::config;

namespace {

std::string write(const TempDir& folder, const std::string& name, const std::string& text, mode_t mode) {
    const std::string path = folder.path(name);
    std::ofstream(path, std::ios::binary) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
}

SecretRef file(std::string path) {
    return {SecretRef::Kind::File, std::move(path)};
}

void check_fails(const SecretRef& ref, Errc code, std::string_view part) {
    const auto result = read_secret(ref);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == code);
    CHECK_MESSAGE(result.error().message.find(part) != std::string::npos, result.error().message);
    CHECK(result.error().message.find("hunter2") == std::string::npos);
}

struct CredentialsDirectory {
    explicit CredentialsDirectory(const std::string& path) { ::setenv("CREDENTIALS_DIRECTORY", path.c_str(), 1); }
    ~CredentialsDirectory() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
    CredentialsDirectory(const CredentialsDirectory&) = delete;
    CredentialsDirectory& operator=(const CredentialsDirectory&) = delete;
};

}  // namespace

TEST_CASE("a secret file is read without the newline at its end") {
    const TempDir folder;
    for (const auto* text : {"hunter2", "hunter2\n", "hunter2\r\n"}) {
        const auto secret = read_secret(file(write(folder, "pass", text, 0600)));
        REQUIRE(secret.has_value());
        CHECK(secret->text() == "hunter2");
        CHECK(secret->view().size() == 7);
    }
    CHECK(read_secret(file(write(folder, "two", "hunter2\n\n", 0400)))->text() == "hunter2\n");
}

TEST_CASE("K06 a secret file that others may read is refused with its mend") {
    const TempDir folder;
    for (const mode_t mode : {0640U, 0604U, 0660U, 0644U, 0700U}) {
        const std::string path = write(folder, "open", "hunter2", mode);
        check_fails(file(path), Errc::Refused, "chmod 600 " + path);
    }
}

TEST_CASE("K06 secret files that are none") {
    const TempDir folder;
    check_fails(file(folder.path("none")), Errc::NotFound, folder.path("none"));
    check_fails(file(write(folder, "empty", "\n", 0600)), Errc::Refused, "is empty");
    check_fails(file(write(folder, "big", std::string(kSecretBytesMost + 1, 'x'), 0600)), Errc::Refused,
                "longer than 4096");
    CHECK(read_secret(file(write(folder, "full", std::string(kSecretBytesMost, 'x') + "\n", 0600))).has_value());
    const std::string target = write(folder, "target", "hunter2", 0600);
    std::filesystem::create_symlink(target, folder.path("link"));
    check_fails(file(folder.path("link")), Errc::Refused, "symbolic link");
}

TEST_CASE("a credential is a file of systemd's folder") {
    const TempDir folder;
    const SecretRef ref{SecretRef::Kind::Credential, "pass"};
    ::unsetenv("CREDENTIALS_DIRECTORY");
    check_fails(ref, Errc::NotFound, "LoadCredential=pass:/path");
    const CredentialsDirectory directory(folder.path(""));
    check_fails(ref, Errc::NotFound, "LoadCredential=pass:/path");
    const std::string path = write(folder, "pass", "hunter2\n", 0440);  // how an access list for the service shows
    REQUIRE(read_secret(ref).has_value());
    CHECK(read_secret(ref)->text() == "hunter2");
    for (const mode_t mode : {0444U, 0460U, 0402U}) {
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        check_fails(ref, Errc::Refused, "chmod 600");
    }
}

TEST_CASE("a descriptor is read to its end and closed") {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], "hunter2\n", 8) == 8);
    ::close(ends[1]);
    const SecretRef ref{SecretRef::Kind::Fd, std::to_string(ends[0])};
    const auto secret = read_secret(ref);
    REQUIRE(secret.has_value());
    CHECK(secret->text() == "hunter2");
    CHECK(::fcntl(ends[0], F_GETFD) == -1);
    check_fails(ref, Errc::Io, "descriptor");
}

TEST_CASE("a reference is described without what it holds") {
    CHECK(describe(file("/a")) == "file /a");
    CHECK(describe({SecretRef::Kind::Credential, "x"}) == "credential x");
    CHECK(describe({SecretRef::Kind::Fd, "3"}) == "descriptor 3");
}
