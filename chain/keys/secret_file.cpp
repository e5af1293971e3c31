// SPDX-License-Identifier: Apache-2.0
#include "chain/keys/secret_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace plimsoll::keys {

namespace {

class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    int get() const { return fd_; }
    bool ok() const { return fd_ >= 0; }
    bool close() {
        const int fd = std::exchange(fd_, -1);
        return fd < 0 || ::close(fd) == 0;
    }

  private:
    int fd_;
};

tl::unexpected<Error> io(std::string_view what, const std::string& path, std::string_view action, int error) {
    return fail(Errc::Io, fmt::format("{} {}: {}: {}", what, path, action, std::generic_category().message(error)));
}

/// What systemd's LoadCredential= put there: it owns the folder, keeps others out of it, and opens its files to the
/// service by an access list, which shows as read access of the group.
bool is_credential(const struct stat& info, const std::string& path) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT: read before threads start or at a reload
    if (folder == nullptr || *folder == '\0') return false;
    const std::string name = path.substr(std::min(path.size(), std::string_view(folder).size()));
    const bool in_it = path.starts_with(folder) && name.starts_with('/') && name.find('/', 1) == std::string::npos;
    return in_it && (info.st_uid == ::geteuid() || info.st_uid == 0) && (info.st_mode & 0037U) == 0;
}

Result<void> check_private(const struct stat& info, const std::string& path, std::string_view what) {
    if (!S_ISREG(info.st_mode)) return fail(Errc::Refused, fmt::format("{} {} is not a regular file", what, path));
    if (is_credential(info, path)) return {};
    if (info.st_uid != geteuid())
        return fail(Errc::Refused, fmt::format("{} {} belongs to user {}, but this runs as user {}: chown {} {}", what,
                                               path, info.st_uid, geteuid(), geteuid(), path));
    if ((info.st_mode & 0177U) != 0)
        return fail(Errc::Refused, fmt::format("{} {} has mode {:04o}, others than its owner may use it: chmod 600 {}",
                                               what, path, info.st_mode & 07777U, path));
    return {};
}

bool write_all(int fd, ByteView content) {
    while (!content.empty()) {
        const ssize_t done = ::write(fd, content.data(), content.size());
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        content = content.subspan(static_cast<std::size_t>(done));
    }
    return true;
}

Result<void> write_temporary(const std::string& path, ByteView content, std::string_view what) {
    File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.ok()) return io(what, path, "cannot create", errno);
    // The mask of the process may have taken more than we asked, never less.
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0 || !file.close()) {
        const int error = errno;
        ::unlink(path.c_str());
        return io(what, path, "cannot write", error);
    }
    return {};
}

}  // namespace

Result<SecretBytes> read_secret_file(const std::string& path, std::string_view what) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.ok()) {
        if (errno == ENOENT) return fail(Errc::NotFound, fmt::format("{} {} does not exist", what, path));
        if (errno == ELOOP)
            return fail(Errc::Refused, fmt::format("{} {} is a symbolic link: name the file itself", what, path));
        return io(what, path, "cannot open", errno);
    }
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return io(what, path, "cannot look at", errno);
    TRY_VOID(check_private(info, path, what));
    if (info.st_size > static_cast<off_t>(kSecretFileMax))
        return fail(Errc::Refused, fmt::format("{} {} is larger than {} bytes", what, path, kSecretFileMax));
    SecretBytes content(static_cast<std::size_t>(info.st_size) + 1);  // one more, to see the end
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t done = ::read(file.get(), content.bytes().data() + size, content.size() - size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return io(what, path, "cannot read", errno);
        if (done == 0) break;
        size += static_cast<std::size_t>(done);
    }
    if (size == content.size()) return fail(Errc::Io, fmt::format("{} {} grew while it was read", what, path));
    content.truncate(size);
    return content;
}

Result<SecretBytes> read_passphrase_file(const std::string& path) {
    TRY(auto content, read_secret_file(path, "passphrase file"));
    if (!content.empty() && content.view().back() == '\n') content.truncate(content.size() - 1);
    if (!content.empty() && content.view().back() == '\r') content.truncate(content.size() - 1);
    if (content.empty()) return fail(Errc::Refused, fmt::format("passphrase file {} is empty", path));
    return content;
}

Result<void> write_secret_file(const std::string& path, ByteView content, std::string_view what) {
    std::array<std::uint8_t, 8> random{};
    TRY_VOID(fill_random(random));
    const std::string temporary = fmt::format("{}.{}.tmp", path, to_hex(random).substr(2));
    TRY_VOID(write_temporary(temporary, content, what));
    // link() instead of rename(): it refuses to replace.
    const int linked = ::link(temporary.c_str(), path.c_str());
    const int error = errno;
    ::unlink(temporary.c_str());
    if (linked != 0 && error == EEXIST)
        return fail(Errc::Refused, fmt::format("{} {} exists already and is not overwritten", what, path));
    if (linked != 0) return io(what, path, "cannot create", error);
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.ok() || ::fsync(directory.get()) != 0) return io(what, folder, "cannot flush the folder", errno);
    return {};
}

}  // namespace plimsoll::keys
