#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "graph/base/h5_handle.hpp"

namespace grapevine::h5 {

using namespace detail;

namespace {

static_assert(std::endian::native == std::endian::little, "mapped values are little-endian, as they are stored");

constexpr std::uint64_t most_chunk = std::uint64_t{64} << 20;  // a writer's are of 1 MiB

/// A whole file in memory, for reading only.
class Mapping {
public:
  explicit Mapping(int descriptor) {
    struct stat info {};
    if (fstat(descriptor, &info) != 0 || info.st_size <= 0) return;
    void* const place = mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_SHARED, descriptor, 0);
    if (place == MAP_FAILED) return;
    first_ = static_cast<const std::byte*>(place);
    size_ = static_cast<std::uint64_t>(info.st_size);
  }
  ~Mapping() {
    if (first_ != nullptr) munmap(const_cast<std::byte*>(first_), size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  const std::byte* first() const { return first_; }
  std::uint64_t size() const { return size_; }

private:
  const std::byte* first_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace

struct Reader::State {
  FilePath name;
  Handle file;
  std::shared_ptr<const Mapping> mapping;  // from the first call of `mapped` on

  const std::shared_ptr<const Mapping>& map() {
    if (mapping) return mapping;
    void* descriptor = nullptr;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) < 0) fail(name, "map", "");
    const auto whole = std::make_shared<const Mapping>(*static_cast<const int*>(descriptor));
    if (whole->first() == nullptr) fail_by_system(name, "map");
    mapping = whole;
    return mapping;
  }

  Handle open_dataset(const std::string& dataset) const {
    Handle opened(H5Dopen2(file, dataset.c_str(), H5P_DEFAULT), H5Dclose);
    if (!opened) fail(name, "open", dataset);
    return opened;
  }

  Handle open_object(const std::string& object) const {
    Handle opened(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose);
    if (!opened) fail(name, "open", object);
    return opened;
  }

  Handle open_attribute(const std::string& object, const std::string& attribute) const {
    const Handle owner = open_object(object);
    Handle opened(H5Aopen(owner, attribute.c_str(), H5P_DEFAULT), H5Aclose);
    if (!opened) fail(name, "open attribute", object + "@" + attribute);
    return opened;
  }

  /// Names of the objects of one kind in a group.
  std::vector<std::string> members(const std::string& group, H5I_type_t kind) const {
    const Handle opened = open_object(group);
    H5G_info_t info{};
    if (H5Gget_info(opened, &info) < 0) fail(name, "list", group);
    // Tools that rewrite files may drop the order of creation.
    const H5_index_t order =
        H5Lget_name_by_idx(opened, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, 0, nullptr, 0, H5P_DEFAULT) >= 0
            ? H5_INDEX_CRT_ORDER
            : H5_INDEX_NAME;
    std::vector<std::string> names;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      const ssize_t length = H5Lget_name_by_idx(opened, ".", order, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
      if (length < 0) fail(name, "list", group);
      std::string member(static_cast<std::size_t>(length) + 1, '\0');
      H5Lget_name_by_idx(opened, ".", order, H5_ITER_INC, i, member.data(), member.size(), H5P_DEFAULT);
      member.pop_back();
      const Handle object(H5Oopen(opened, member.c_str(), H5P_DEFAULT), H5Oclose);
      if (!object) fail(name, "open", group + "/" + member);
      if (H5Iget_type(object) == kind) names.push_back(std::move(member));
    }
    return names;
  }
};

Reader::Reader(FilePath file) : state_(std::make_unique<State>()) {
  prepare_library();
  state_->name = std::move(file);
  // HDF5 would say "file signature not found" of a folder, too.
  if (struct stat info{}; stat(state_->name.c_str(), &info) != 0) fail_by_system(state_->name, "read");
  const Handle access = access_list();
  if (access) state_->file = Handle(H5Fopen(state_->name.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (!state_->file) fail(state_->name, "read", "");
}
Reader::~Reader() = default;

const FilePath& Reader::path() const { return state_->name; }

bool Reader::exists(const std::string& object) const {
  prepare_library();
  if (object == "/") return true;
  for (std::size_t slash = object.find('/', 1); slash != std::string::npos; slash = object.find('/', slash + 1))
    if (H5Lexists(state_->file, object.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(state_->file, object.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> Reader::groups(const std::string& group) const {
  prepare_library();
  return state_->members(group, H5I_GROUP);
}

std::vector<std::string> Reader::datasets(const std::string& group) const {
  prepare_library();
  return state_->members(group, H5I_DATASET);
}

std::vector<std::string> Reader::attributes(const std::string& object) const {
  prepare_library();
  const Handle opened = state_->open_object(object);
  std::vector<std::string> names;
  const auto note = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->push_back(name);
    return 0;
  };
  hsize_t place = 0;
  if (H5Aiterate2(opened, H5_INDEX_CRT_ORDER, H5_ITER_INC, &place, note, &names) < 0) {
    names.clear();
    place = 0;
    if (H5Aiterate2(opened, H5_INDEX_NAME, H5_ITER_INC, &place, note, &names) < 0)
      fail(state_->name, "list attributes of", object);
  }
  return names;
}

DatasetInfo Reader::info(const std::string& dataset) const {
  prepare_library();
  const Handle opened = state_->open_dataset(dataset);
  const Handle type(H5Dget_type(opened), H5Tclose), space(H5Dget_space(opened), H5Sclose);
  if (!type || !space) fail(state_->name, "read", dataset);
  const std::optional<Type> ours = our_type(type);
  if (!ours) fail(state_->name, "read", dataset, "its type is none that this program reads");
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  if (!extent.empty() && H5Sget_simple_extent_dims(space, extent.data(), nullptr) < 0)
    fail(state_->name, "read", dataset);
  return {*ours, {extent.begin(), extent.end()}};
}

std::size_t Reader::count(const std::string& dataset) const {
  std::size_t count = 1;
  const DatasetInfo claimed = info(dataset);
  for (const std::uint64_t length : claimed.shape)
    if (__builtin_mul_overflow(count, length, &count)) fail(state_->name, "read", dataset, "its axes are too long");
  // Nothing is packed closer than by deflate, 1 032 to 1: memory is taken for what the file holds, not for what it
  // says.
  const Handle opened = state_->open_dataset(dataset), creation(H5Dget_create_plist(opened), H5Pclose);
  const hsize_t stored = H5Dget_storage_size(opened);
  if (count / 1'100 > stored / size_of(claimed.type))
    fail(state_->name, "read", dataset,
         fmt::format("it is said to hold {} values, which the file has no room for", count));
  std::vector<hsize_t> chunk(claimed.shape.size());
  if (creation && !chunk.empty() && H5Pget_layout(creation) == H5D_CHUNKED &&
      H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()) >= 0) {
    std::uint64_t bytes = size_of(claimed.type);
    for (const hsize_t length : chunk)
      if (__builtin_mul_overflow(bytes, length, &bytes)) bytes = UINT64_MAX;
    if (bytes > most_chunk)  // the library takes one as a whole
      fail(state_->name, "read", dataset, fmt::format("it lies in pieces of {} bytes", bytes));
  }
  return count;
}

void Reader::read(const std::string& dataset, Type type, void* values, std::size_t count) const {
  const Type stored = info(dataset).type;
  if (stored != type)
    fail(state_->name, "read", dataset, fmt::format("it holds {}, not {}", name_of(stored), name_of(type)));
  if (count == 0) return;
  const Handle opened = state_->open_dataset(dataset);
  if (type != Type::text) {
    if (H5Dread(opened, numeric(type).memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
      fail(state_->name, "read", dataset);
    return;
  }
  const Handle text = text_type(), space(H5Dget_space(opened), H5Sclose);
  std::vector<char*> pointers(count, nullptr);
  if (!text || !space || H5Dread(opened, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)
    fail(state_->name, "read", dataset);
  for (std::size_t i = 0; i < count; ++i)
    if (pointers[i] != nullptr) static_cast<std::string*>(values)[i] = pointers[i];
  H5Dvlen_reclaim(text, space, H5P_DEFAULT, pointers.data());
}

std::vector<std::int64_t> Reader::whole_numbers(const std::string& dataset) const {
  const auto converted = [](const auto& values) { return std::vector<std::int64_t>(values.begin(), values.end()); };
  switch (info(dataset).type) {
    case Type::i8:
      return converted(read<std::int8_t>(dataset));
    case Type::i32:
      return converted(read<std::int32_t>(dataset));
    case Type::f64: {
      const std::vector<double> values = read<double>(dataset);
      if (!std::ranges::all_of(values,
                               [](double value) { return value == std::floor(value) && std::abs(value) <= 0x1p53; }))
        fail(state_->name, "read", dataset, "it holds numbers that are not whole");
      return converted(values);
    }
    default:
      return read<std::int64_t>(dataset);
  }
}

Reader::Bytes Reader::map(const std::string& dataset, Type type) const {
  const DatasetInfo found = info(dataset);
  if (found.type != type)
    fail(state_->name, "map", dataset, fmt::format("it holds {}, not {}", name_of(found.type), name_of(type)));
  if (found.shape.size() != 1)
    fail(state_->name, "map", dataset, fmt::format("it has {} axes, not one", found.shape.size()));
  const std::uint64_t count = found.shape.front();
  if (count == 0) return {};
  const Handle opened = state_->open_dataset(dataset), creation(H5Dget_create_plist(opened), H5Pclose);
  const haddr_t offset = H5Dget_offset(opened);
  if (!creation || H5Pget_layout(creation) != H5D_CONTIGUOUS || H5Pget_external_count(creation) != 0 ||
      offset == HADDR_UNDEF)
    fail(state_->name, "map", dataset, "it does not lie in the file in one piece");
  const std::shared_ptr<const Mapping>& whole = state_->map();
  if (offset > whole->size() || count > (whole->size() - offset) / size_of(type))
    fail(state_->name, "map", dataset,
         fmt::format("it is said to hold {} values, which the file has no room for", count));
  const std::byte* const first = whole->first() + offset;
  if (offset % size_of(type) == 0) return {first, count, whole};
  const std::size_t bytes = count * size_of(type);
  const std::shared_ptr<std::uint64_t[]> copy(new std::uint64_t[(bytes + 7) / 8]);
  std::memcpy(copy.get(), first, bytes);
  return {copy.get(), count, copy};
}

bool Reader::has_attribute(const std::string& object, const std::string& name) const {
  prepare_library();
  return H5Aexists_by_name(state_->file, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::string Reader::text_attribute(const std::string& object, const std::string& name) const {
  prepare_library();
  const Handle attribute = state_->open_attribute(object, name);
  const Handle stored(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose), text = text_type();
  if (our_type(stored) != Type::text || H5Sget_simple_extent_npoints(space) != 1)
    fail(state_->name, "read attribute", object + "@" + name, "it is no text");
  char* pointer = nullptr;
  if (H5Aread(attribute, text, &pointer) < 0) fail(state_->name, "read attribute", object + "@" + name);
  std::string value = pointer == nullptr ? "" : pointer;
  H5Dvlen_reclaim(text, space, H5P_DEFAULT, &pointer);
  return value;
}

std::optional<std::string> Reader::fixed_attribute(const std::string& object, const std::string& name) const {
  if (!has_attribute(object, name)) return std::nullopt;
  const Handle attribute = state_->open_attribute(object, name);
  const Handle stored(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(stored) != H5T_STRING || H5Tis_variable_str(stored) != 0 || H5Sget_simple_extent_npoints(space) != 1)
    return std::nullopt;
  std::string value(H5Tget_size(stored), '\0');
  if (H5Aread(attribute, stored, value.data()) < 0) fail(state_->name, "read attribute", object + "@" + name);
  value.resize(value.find_last_not_of('\0') + 1);
  return value;
}

std::int64_t Reader::integer_attribute(const std::string& object, const std::string& name) const {
  prepare_library();
  const Handle attribute = state_->open_attribute(object, name);
  const Handle stored(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(stored) != H5T_INTEGER || H5Sget_simple_extent_npoints(space) != 1)
    fail(state_->name, "read attribute", object + "@" + name, "it is not a whole number");
  std::int64_t value = 0;
  if (H5Aread(attribute, H5T_NATIVE_INT64, &value) < 0) fail(state_->name, "read attribute", object + "@" + name);
  return value;
}

AttributeValue Reader::any_attribute(const std::string& object, const std::string& name) const {
  prepare_library();
  const Handle attribute = state_->open_attribute(object, name);
  const Handle stored(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(stored) == H5T_INTEGER) return integer_attribute(object, name);
  if (H5Tget_class(stored) != H5T_FLOAT) return text_attribute(object, name);
  double value = 0;
  if (H5Sget_simple_extent_npoints(space) != 1 || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
    fail(state_->name, "read attribute", object + "@" + name, "it is no number");
  return value;
}

}  // namespace grapevine::h5
