// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.hpp"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "chain/keys/secret_file.hpp"

namespace plimsoll::config {

namespace {

std::string text_of(int error) {
    return std::generic_category().message(error);
}

Result<Secret> finished(keys::SecretBytes bytes, std::string_view what) {
    if (!bytes.empty() && bytes.view().back() == '\n') bytes.truncate(bytes.size() - 1);
    if (!bytes.empty() && bytes.view().back() == '\r') bytes.truncate(bytes.size() - 1);
    if (bytes.empty()) return fail(Errc::Refused, fmt::format("{} is empty", what));
    if (bytes.size() > kSecretBytesMost)
        return fail(Errc::Refused,
                    fmt::format("{} is longer than {} bytes: is it the right one?", what, kSecretBytesMost));
    return Secret(std::move(bytes));
}

Result<keys::SecretBytes> read_all(int descriptor, std::string_view what) {
    keys::SecretBytes content(kSecretBytesMost +
                              3);  // a newline, a carriage return, and one to see that it is too long
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t done = ::read(descriptor, content.bytes().data() + size, content.size() - size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return fail(Errc::Io, fmt::format("{} cannot be read: {}", what, text_of(errno)));
        if (done == 0) break;
        size += static_cast<std::size_t>(done);
    }
    content.truncate(size);
    return content;
}

/// systemd owns the folder and opens its files to the service by an access list, which shows as read access of the
/// group; the folder itself keeps others out. So the rule here is: root's or ours, and nothing for others.
Result<Secret> read_credential(const std::string& name) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT: read before threads start or at a reload
    if (folder == nullptr || *folder == '\0')
        return fail(Errc::NotFound,
                    fmt::format("credential {} is not there: CREDENTIALS_DIRECTORY is not set; systemd sets it "
                                "for units with LoadCredential={}:/path",
                                name, name));
    const std::string path = fmt::format("{}/{}", folder, name);
    const std::string what = fmt::format("credential {}", name);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0 && errno == ENOENT)
        return fail(Errc::NotFound,
                    fmt::format("{} is not there: add LoadCredential={}:/path to the unit", what, name));
    if (descriptor < 0) return fail(Errc::Io, fmt::format("{} cannot be opened at {}: {}", what, path, text_of(errno)));
    struct stat info {};
    const bool seen = ::fstat(descriptor, &info) == 0;
    const bool ours = seen && (info.st_uid == ::geteuid() || info.st_uid == 0);
    if (!ours || !S_ISREG(info.st_mode) || (info.st_mode & 0037U) != 0) {
        ::close(descriptor);
        return fail(Errc::Refused, fmt::format("{} at {} is open to others: chmod 600 {}", what, path, path));
    }
    auto content = read_all(descriptor, what);
    ::close(descriptor);
    if (!content) return tl::unexpected(std::move(content).error());
    return finished(*std::move(content), what);
}

}  // namespace

std::string describe(const SecretRef& ref) {
    switch (ref.kind) {
        case SecretRef::Kind::File:
            return "file " + ref.name;
        case SecretRef::Kind::Credential:
            return "credential " + ref.name;
        case SecretRef::Kind::Fd:
            return "descriptor " + ref.name;
    }
    return "";
}

Result<Secret> read_secret_fd(int descriptor, std::string_view what) {
    auto content = read_all(descriptor, what);
    ::close(descriptor);
    if (!content) return tl::unexpected(std::move(content).error());
    return finished(*std::move(content), what);
}

Result<Secret> read_secret(const SecretRef& ref) {
    switch (ref.kind) {
        case SecretRef::Kind::File: {
            TRY(auto content, keys::read_secret_file(ref.name, "secret file"));
            return finished(std::move(content), "secret file " + ref.name);
        }
        case SecretRef::Kind::Credential:
            return read_credential(ref.name);
        case SecretRef::Kind::Fd: {
            int descriptor = -1;
            const auto [end, error] = std::from_chars(ref.name.data(), ref.name.data() + ref.name.size(), descriptor);
            if (error != std::errc() || end != ref.name.data() + ref.name.size() || descriptor < 0)
                return fail(Errc::Range, fmt::format("descriptor {} is no number", ref.name));
            return read_secret_fd(descriptor, describe(ref));
        }
    }
    return fail(Errc::Internal, "an unknown kind of secret");
}

std::string with_secret(std::string url, const Secret& secret) {
    const auto at = url.find(kSecretPlaceholder);
    if (at != std::string::npos) url.replace(at, kSecretPlaceholder.size(), secret.text());
    return url;
}

}  // namespace plimsoll::config
