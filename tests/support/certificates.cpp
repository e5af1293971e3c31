// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certificates.hpp"

#include <cstdio>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <unistd.h>

namespace plimsoll::test {

namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

void must(bool worked) {
    if (!worked) throw std::runtime_error("OpenSSL could not make a certificate");
}

Key make_key() {
    Key out(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    must(out != nullptr);
    return out;
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate make_certificate(EVP_PKEY* key, const char* name, long serial, long from_s, long to_s) {
    Certificate out(X509_new());
    X509_set_version(out.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), from_s);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), to_s);
    must(X509_set_pubkey(out.get(), key) == 1);
    const auto* text = reinterpret_cast<const unsigned char*>(name);
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
    return out;
}

void write(const std::filesystem::path& path, X509* certificate) {
    const File file(std::fopen(path.c_str(), "w"));
    must(file != nullptr && PEM_write_X509(file.get(), certificate) == 1);
}

void write(const std::filesystem::path& path, EVP_PKEY* key) {
    const File file(std::fopen(path.c_str(), "w"));
    must(file != nullptr && PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

}  // namespace

struct Certificates::Authority {
    Key key = make_key();
    Certificate certificate = make_certificate(key.get(), "plimsoll test authority", 1, -3'600, 86'400);
};

Certificates::Certificates() : authority_(std::make_unique<Authority>()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-tls-XXXXXX").string();
    must(mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    X509* ca = authority_->certificate.get();
    must(X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1);
    add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(ca, authority_->key.get(), EVP_sha256()) > 0);
    write(ca_file(), ca);
}

Certificates::~Certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

Certificates::Pair Certificates::issue(const Subject& subject) {
    const Key key = make_key();
    const auto certificate = make_certificate(key.get(), "node", 2 + issued_, subject.valid_from_s, subject.valid_to_s);
    X509* issuer = subject.self_signed ? certificate.get() : authority_->certificate.get();
    must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1);
    add_extension(certificate.get(), issuer, NID_subject_alt_name, subject.alternative_name.c_str());
    must(X509_sign(certificate.get(), subject.self_signed ? key.get() : authority_->key.get(), EVP_sha256()) > 0);
    const auto stem = "node" + std::to_string(issued_++);
    Pair out{(directory_ / (stem + ".pem")).string(), (directory_ / (stem + ".key")).string()};
    write(out.certificate, certificate.get());
    write(out.key, key.get());
    return out;
}

}  // namespace plimsoll::test
