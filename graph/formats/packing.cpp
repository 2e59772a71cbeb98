#include "graph/formats/packing.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

// Text of numbers gains little from more effort.
constexpr int gzip_level = 3, zstd_level = 3;

std::string gzipped(std::string_view text) {
  z_stream stream = {};
  if (deflateInit2(&stream, gzip_level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error("zlib cannot start");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw Error("zlib cannot pack");
  return out;
}

std::string zstandard(std::string_view text) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  if (context == nullptr) throw Error("zstd cannot start");
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, zstd_level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(size)) throw Error(fmt::format("zstd cannot pack ({})", ZSTD_getErrorName(size)));
  out.resize(size);
  return out;
}

}  // namespace

Packing packing_of(const std::filesystem::path& path) {
  const std::string end = path.extension().string();
  return end == ".gz" ? Packing::gzip : end == ".zst" ? Packing::zstd : Packing::none;
}

std::string packed(std::string_view text, Packing packing) {
  return packing == Packing::gzip ? gzipped(text) : packing == Packing::zstd ? zstandard(text) : std::string(text);
}

}  // namespace grapevine
