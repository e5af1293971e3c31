// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/signer_identity.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "chain/keys/secret_file.hpp"
#include "chain/types/text_bytes.hpp"

namespace plimsoll::bot {

namespace {

constexpr std::size_t kCertificatesMost = 1U << 20U;  // bytes: a bundle of every public authority is a quarter of it

struct Freed {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

Owned<BIO> bio_of(ByteView text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT: bytes as text
}

Owned<X509> first_certificate(const std::string& pem) {
    const auto bio = bio_of(bytes_of(pem));
    Owned<X509> out(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    return out;
}

/// Never asks a terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

Owned<EVP_PKEY> key_of(ByteView pem) {
    const auto bio = bio_of(pem);
    Owned<EVP_PKEY> out(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr) : nullptr);
    ERR_clear_error();
    return out;
}

Result<void> check_trusted(const struct stat& info, const std::string& path, std::string_view what) {
    if (!S_ISREG(info.st_mode)) return fail(Errc::Refused, fmt::format("{} {} is not a regular file", what, path));
    if (info.st_uid != ::geteuid() && info.st_uid != 0)
        return fail(Errc::Refused, fmt::format("{} {} belongs to user {}, who could exchange it: chown {} {}", what,
                                               path, info.st_uid, ::geteuid(), path));
    if ((info.st_mode & 022U) != 0)
        return fail(Errc::Refused, fmt::format("{} {} has mode {:04o}, others could exchange it: chmod 644 {}", what,
                                               path, info.st_mode & 07777U, path));
    return {};
}

Result<std::string> read_descriptor(int descriptor, const std::string& path, std::string_view what) {
    struct stat info {};
    if (::fstat(descriptor, &info) != 0)
        return fail(Errc::Io, fmt::format("{} {}: {}", what, path, std::generic_category().message(errno)));
    TRY_VOID(check_trusted(info, path, what));
    std::string out(kCertificatesMost + 1, '\0');
    std::size_t size = 0;
    while (size < out.size()) {
        const ssize_t done = ::read(descriptor, out.data() + size, out.size() - size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0)
            return fail(Errc::Io, fmt::format("{} {}: {}", what, path, std::generic_category().message(errno)));
        if (done == 0) break;
        size += static_cast<std::size_t>(done);
    }
    if (size > kCertificatesMost)
        return fail(Errc::Refused, fmt::format("{} {} is larger than {} bytes", what, path, kCertificatesMost));
    out.resize(size);
    return out;
}

}  // namespace

Result<std::string> read_certificates(const std::string& path, std::string_view what) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && errno == ENOENT) return fail(Errc::NotFound, fmt::format("{} {} does not exist", what, path));
    if (descriptor < 0)
        return fail(Errc::Io,
                    fmt::format("{} {} cannot be opened: {}", what, path, std::generic_category().message(errno)));
    auto text = read_descriptor(descriptor, path, what);
    ::close(descriptor);
    if (text && first_certificate(*text) == nullptr)
        return fail(Errc::Decode, fmt::format("{} {} holds no certificate (PEM)", what, path));
    return text;
}

bool has_expired(const std::string& certificates) {
    const auto first = first_certificate(certificates);
    return first != nullptr && X509_cmp_current_time(X509_get0_notAfter(first.get())) < 0;
}

Result<keys::SecretBytes> read_tls_key(const std::string& path, std::string_view what) {
    TRY(auto key, keys::read_secret_file(path, what));
    if (text_of(key.view()).find("ENCRYPTED") != std::string_view::npos)
        return fail(Errc::Unsupported,
                    fmt::format("{} {} is encrypted, and nobody is there to type its passphrase: openssl pkey -in {} "
                                "-out FILE",
                                what, path, path));
    if (key_of(key.view()) == nullptr)
        return fail(Errc::Decode, fmt::format("{} {} holds no private key (PEM)", what, path));
    return key;
}

Result<std::shared_ptr<const rpc::HttpIdentity>> read_identity(const config::Signer& signer) {
    if (!signer.ca && !signer.certificate) return std::shared_ptr<const rpc::HttpIdentity>();
    auto out = std::make_shared<rpc::HttpIdentity>();
    if (signer.ca) {
        TRY(out->authorities, read_certificates(*signer.ca, "ca"));
    }
    if (signer.certificate && signer.key) {
        TRY(out->certificate, read_certificates(*signer.certificate, "certificate"));
        TRY(out->key, read_tls_key(*signer.key, "key"));
        const auto certificate = first_certificate(out->certificate);
        const auto key = key_of(out->key.view());
        const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
        ERR_clear_error();
        if (!fits)
            return fail(Errc::Mismatch,
                        fmt::format("key {} is not that of certificate {}", *signer.key, *signer.certificate));
    }
    return std::shared_ptr<const rpc::HttpIdentity>(std::move(out));
}

}  // namespace plimsoll::bot
