# Writes FILES of PAGE into the source file OUTPUT, as text: cmake -D PAGE=... -D FILES=a,b -D OUTPUT=... -P embed.cmake
cmake_minimum_required(VERSION 3.25)
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_txt "text/plain; charset=utf-8")
set(type_svg "image/svg+xml")
string(REPLACE "," ";" FILES "${FILES}")
set(entries "")
foreach(file IN LISTS FILES)
    string(REGEX MATCH "[^.]+$" kind ${file})
    if(NOT DEFINED type_${kind})
        message(FATAL_ERROR "${file}: no content type is known for .${kind}")
    endif()
    file(READ ${PAGE}/${file} body)
    file(SHA256 ${PAGE}/${file} digest)
    string(SUBSTRING ${digest} 0 16 digest)
    if(body MATCHES "\\)page\"")
        message(FATAL_ERROR "${file} has the characters that end a literal")
    endif()
    set(path "/${file}")
    if(file STREQUAL "index.html")
        set(path "/")
    endif()
    string(APPEND entries "    {\"${path}\", \"${type_${kind}}\", \"\\\"${digest}\\\"\", R\"page(${body})page\"},\n")
endforeach()
file(WRITE ${OUTPUT}.new "// Made by bot/console/embed.cmake.
#include <array>

#include \"bot/console/assets.hpp\"

namespace plimsoll::console {

namespace {

constexpr Asset kAssets[] = {
${entries}};

}  // namespace

std::span<const Asset> assets() {
    return kAssets;
}

}  // namespace plimsoll::console
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
