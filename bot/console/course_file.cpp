// SPDX-License-Identifier: Apache-2.0
#include "bot/console/course_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace plimsoll::console {

namespace {

using nlohmann::json;

constexpr std::string_view kHead = "plimsoll courses 1";

tl::unexpected<Error> io_error(const std::string& path) {
    return fail(Errc::Io, path + ": " + std::generic_category().message(errno));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(fd, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return ::fsync(fd) == 0;
}

Result<std::vector<TrailPoint>> points_of(const json& list) {
    constexpr std::size_t kMost = Trail::kFine + Trail::kCoarse;
    if (!list.is_array() || list.size() > kMost) return fail(Errc::Decode, "no course");
    std::vector<TrailPoint> out;
    for (const auto& point : list) {
        const bool good = point.is_array() && point.size() == 2 && point[0].is_number_unsigned() &&
                          point[1].is_number_unsigned() && point[1].get<std::uint64_t>() <= kHealthMost &&
                          point[0].get<std::uint64_t>() <= INT64_MAX / 2;
        if (!good) return fail(Errc::Decode, "no point of a course");
        out.push_back({point[0].get<std::int64_t>(), point[1].get<std::uint64_t>()});
    }
    return out;
}

}  // namespace

Result<void> write_courses(const std::string& path, const Courses& courses) {
    std::string text = std::string(kHead) + '\n';
    for (const auto& [name, points] : courses) {
        json list = json::array();
        for (const auto& point : points) list.push_back({point.time_ms, point.health});
        const json line = {{"name", name}, {"points", std::move(list)}};
        text += line.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    }
    const std::string fresh = path + ".new";
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) return io_error(fresh);
    const bool written = write_all(fd, text);
    const int failure = errno;
    ::close(fd);
    errno = failure;
    if (written && ::rename(fresh.c_str(), path.c_str()) == 0) return {};
    auto error = io_error(fresh);
    ::unlink(fresh.c_str());
    return error;
}

Result<Courses> read_courses(const std::string& path) {
    struct stat entry {};
    if (::stat(path.c_str(), &entry) != 0) return fail(Errc::NotFound, path + " is not there");
    if (static_cast<std::uint64_t>(entry.st_size) > kCourseBytes) return fail(Errc::Decode, path + " is too large");
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line) || line != kHead) return fail(Errc::Decode, path + " holds no courses");
    Courses out;
    while (std::getline(file, line)) {
        const json row = json::parse(line, nullptr, false);
        if (!row.is_object() || !row.contains("name") || !row["name"].is_string() || !row.contains("points"))
            return fail(Errc::Decode, path + ": a line is no course");
        auto points = points_of(row["points"]);
        if (!points) return fail(std::move(points).error(), path);
        out.insert_or_assign(row["name"].get<std::string>(), *std::move(points));
    }
    return out;
}

}  // namespace plimsoll::console
