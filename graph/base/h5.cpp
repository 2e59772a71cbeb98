#include "graph/base/h5.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace grapevine::h5 {
namespace {

using FilePath = std::filesystem::path;

/// Datasets of fewer bytes are stored as they are: a chunk index would cost more than it saves.
constexpr std::size_t smallest_chunked = std::size_t{64} << 10;
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

/// An open HDF5 object. `close` reports what a destructor cannot: chunks reach the disk only then.
class Handle {
public:
  Handle() = default;
  Handle(hid_t id, herr_t (*closer)(hid_t)) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(other.closer_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(closer_, other.closer_);
    return *this;
  }
  ~Handle() { close(); }

  explicit operator bool() const { return id_ >= 0; }
  operator hid_t() const { return id_; }
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || closer_(id) >= 0;
  }

private:
  hid_t id_ = H5I_INVALID_HID;
  herr_t (*closer_)(hid_t) = nullptr;
};

/// Called before the library is used. Its error stack and its printing belong to a thread. It must not clean up at
/// exit: after a full disk it would try, for ever, to write what it still holds; all that we open we close.
void prepare_library() {
  static std::once_flag once;
  std::call_once(once, [] { H5dont_atexit(); });
  thread_local const bool silent = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  static_cast<void>(silent);
}

/// The innermost message of HDF5's error stack; of a failed system call only the system's words.
std::string reason() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* error, void* out) -> herr_t {
        if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
        return 0;
      },
      &text);
  H5Eclear2(H5E_DEFAULT);
  const std::string_view opening = "error message = '";
  if (const auto begin = text.find(opening); begin != std::string::npos) {
    const auto end = text.find('\'', begin + opening.size());
    return text.substr(begin + opening.size(), end - begin - opening.size());
  }
  return text.empty() ? "HDF5 gives no reason" : text;
}

[[noreturn]] void fail(const FilePath& file, std::string_view what, std::string_view object, std::string_view why) {
  throw Error(
      fmt::format("{}: cannot {}{}: {}", file.string(), what, object.empty() ? "" : fmt::format(" '{}'", object), why));
}
[[noreturn]] void fail(const FilePath& file, std::string_view what, std::string_view object) {
  fail(file, what, object, reason());
}
[[noreturn]] void fail_by_system(const FilePath& file, std::string_view what) {
  fail(file, what, "", std::strerror(errno));
}

struct Types {
  hid_t stored;
  hid_t memory;
};

Types numeric(Type type) {
  switch (type) {
    case Type::i8:
      return {H5T_STD_I8LE, H5T_NATIVE_INT8};
    case Type::u8:
      return {H5T_STD_U8LE, H5T_NATIVE_UINT8};
    case Type::u16:
      return {H5T_STD_U16LE, H5T_NATIVE_UINT16};
    case Type::i32:
      return {H5T_STD_I32LE, H5T_NATIVE_INT32};
    case Type::u32:
      return {H5T_STD_U32LE, H5T_NATIVE_UINT32};
    case Type::i64:
      return {H5T_STD_I64LE, H5T_NATIVE_INT64};
    case Type::u64:
      return {H5T_STD_U64LE, H5T_NATIVE_UINT64};
    case Type::f64:
      return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
    case Type::text:
      break;
  }
  return {H5I_INVALID_HID, H5I_INVALID_HID};
}

std::size_t size_of(Type type) {
  switch (type) {
    case Type::i8:
    case Type::u8:
      return 1;
    case Type::u16:
      return 2;
    case Type::i32:
    case Type::u32:
      return 4;
    default:
      return 8;
  }
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  if (!type || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) return {};
  return type;
}

/// The type of ours that a stored one is.
std::optional<Type> our_type(hid_t stored) {
  if (H5Tget_class(stored) == H5T_STRING)
    return H5Tis_variable_str(stored) > 0 ? std::optional(Type::text) : std::nullopt;
  for (const Type type : {Type::i8, Type::u8, Type::u16, Type::i32, Type::u32, Type::i64, Type::u64, Type::f64})
    if (H5Tequal(stored, numeric(type).stored) > 0) return type;
  return std::nullopt;
}

/// Chunks of about `chunk_bytes`: the last axes whole, as far as they go.
std::vector<hsize_t> chunk_shape(const std::vector<std::uint64_t>& shape, std::size_t value_bytes) {
  std::vector<hsize_t> chunk(shape.size(), 1);
  std::uint64_t room = chunk_bytes / value_bytes;
  for (std::size_t axis = shape.size(); axis-- > 0 && room > 1;) {
    chunk[axis] = std::min<std::uint64_t>(shape[axis], room);
    room /= chunk[axis];
  }
  return chunk;
}

std::string last_part(const std::string& object) { return object.substr(object.rfind('/') + 1); }

FilePath folder_of(const FilePath& file) { return file.has_parent_path() ? file.parent_path() : FilePath("."); }

/// Reads and writes without HDF5's own file locks, which network file systems refuse: writers hold a lock of ours,
/// finished files never change.
Handle access_list(std::uint64_t alignment = 1) {
  Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!list || H5Pset_file_locking(list, false, true) < 0 ||
      H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0 ||
      H5Pset_alignment(list, alignment, alignment) < 0)
    return {};
  return list;
}

/// Creation lists of files, groups and datasets alike: no times, and everything in the order in which it was made.
bool keep_order_and_no_times(hid_t list) {
  constexpr unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  if (H5Pset_obj_track_times(list, false) < 0 || H5Pset_attr_creation_order(list, ordered) < 0) return false;
  return H5Pisa_class(list, H5P_GROUP_CREATE) <= 0 || H5Pset_link_creation_order(list, ordered) >= 0;
}

Handle creation_list(hid_t kind) {
  Handle list(H5Pcreate(kind), H5Pclose);
  if (!list || !keep_order_and_no_times(list)) return {};
  return list;
}

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::i8:
      return "int8";
    case Type::u8:
      return "uint8";
    case Type::u16:
      return "uint16";
    case Type::i32:
      return "int32";
    case Type::u32:
      return "uint32";
    case Type::i64:
      return "int64";
    case Type::u64:
      return "uint64";
    case Type::f64:
      return "double";
    case Type::text:
      return "string";
  }
  return "";
}

struct Writer::State {
  FilePath out;
  FilePath partial;
  int descriptor = -1;  // of `partial`: holds the lock, and syncs
  Handle file;

  explicit State(FilePath target) : out(std::move(target)), partial(out) { partial += ".partial"; }

  ~State() {
    if (descriptor < 0) return;
    // Frees the space first: with a full disk the library could not even close its file.
    const bool freed = ftruncate(descriptor, 0) == 0;
    static_cast<void>(freed);
    file.close();
    unlink(partial.c_str());
    ::close(descriptor);
  }

  void open(std::uint64_t alignment) {
    if (std::error_code ignored; std::filesystem::is_directory(out, ignored)) fail(out, "write", "", "it is a folder");
    descriptor = ::open(partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) fail_by_system(out, "write");
    // A file system without locks goes unlocked. A file that changed its name meanwhile belonged to a writer that has
    // just finished.
    struct stat opened {
    }, named{};
    const bool taken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    const bool ours =
        fstat(descriptor, &opened) == 0 && stat(partial.c_str(), &named) == 0 && opened.st_ino == named.st_ino;
    if (taken || !ours) {
      ::close(std::exchange(descriptor, -1));
      fail(out, "write", "", fmt::format("another process is writing '{}'", partial.string()));
    }
    const Handle creation = creation_list(H5P_FILE_CREATE), access = access_list(alignment);
    if (creation && access) file = Handle(H5Fcreate(partial.c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose);
    if (!file) fail(out, "write", "");
  }

  Handle object(const std::string& name) const {
    Handle opened(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!opened) fail(out, "open", name);
    return opened;
  }

  void attribute(const std::string& name, const std::string& attribute_name, hid_t stored, hid_t memory, hid_t space,
                 const void* values) const {
    const Handle owner = object(name);
    Handle attribute(H5Acreate2(owner, attribute_name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (!attribute || H5Awrite(attribute, memory, values) < 0 || !attribute.close())
      fail(out, "write attribute", name + "@" + attribute_name);
  }
};

Writer::Writer(FilePath out, std::uint64_t alignment) : state_(std::make_unique<State>(std::move(out))) {
  prepare_library();
  state_->open(alignment);
}
Writer::~Writer() = default;

void Writer::group(const std::string& name) {
  prepare_library();
  const Handle creation = creation_list(H5P_GROUP_CREATE);
  Handle group;
  if (creation) group = Handle(H5Gcreate2(state_->file, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose);
  if (!group || !group.close()) fail(state_->out, "write group", name);
}

void Writer::dataset(const std::string& name, Type type, const void* values, std::size_t count,
                     const std::vector<std::string>& scales) {
  prepare_library();
  std::vector<std::uint64_t> shape;
  std::uint64_t places = 1;
  for (const std::string& scale : scales) {
    const Handle opened = state_->object(scale);
    const Handle space(H5Dget_space(opened), H5Sclose);
    if (!space) fail(state_->out, "read scale", scale);
    shape.push_back(static_cast<std::uint64_t>(H5Sget_simple_extent_npoints(space)));
    places *= shape.back();
  }
  GRAPEVINE_EXPECTS(places == count);
  write(name, type, values, shape, scales);
}

void Writer::write(const std::string& name, Type type, const void* values, const std::vector<std::uint64_t>& shape,
                   const std::vector<std::string>& scales) {
  prepare_library();
  std::uint64_t count = 1;
  for (const std::uint64_t length : shape) count *= length;

  const Handle text = type == Type::text ? text_type() : Handle();
  const Types types = type == Type::text ? Types{text, text} : numeric(type);
  const Handle creation = creation_list(H5P_DATASET_CREATE);
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  const Handle space(
      shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
      H5Sclose);
  bool good = creation && space && (type != Type::text || text);
  constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
  if (good && type == Type::f64) good = H5Pset_fill_value(creation, types.memory, &no_value) >= 0;
  if (good && type != Type::text && !shape.empty() && count * size_of(type) > smallest_chunked) {
    const std::vector<hsize_t> chunk = chunk_shape(shape, size_of(type));
    good = H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()) >= 0 && H5Pset_shuffle(creation) >= 0 &&
           H5Pset_deflate(creation, 1) >= 0;
  }
  Handle dataset;
  if (good)
    dataset = Handle(H5Dcreate2(state_->file, name.c_str(), types.stored, space, H5P_DEFAULT, creation, H5P_DEFAULT),
                     H5Dclose);
  good = static_cast<bool>(dataset);

  if (good && count > 0 && type == Type::text) {
    std::vector<const char*> pointers(count);
    for (std::uint64_t i = 0; i < count; ++i) pointers[i] = static_cast<const std::string*>(values)[i].c_str();
    good = H5Dwrite(dataset, types.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) >= 0;
  } else if (good && count > 0) {
    good = H5Dwrite(dataset, types.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
  }

  if (good && scales.empty() && !shape.empty()) good = H5DSset_scale(dataset, last_part(name).c_str()) >= 0;
  for (unsigned axis = 0; good && axis < scales.size(); ++axis) {
    const Handle scale = state_->object(scales[axis]);
    good = H5DSattach_scale(dataset, scale, axis) >= 0;
  }
  if (!good || !dataset.close()) fail(state_->out, "write", name);
  if (type == Type::f64) {
    constexpr hsize_t one = 1;
    const Handle single(H5Screate_simple(1, &one, nullptr), H5Sclose);
    state_->attribute(name, "_FillValue", types.stored, types.memory, single, &no_value);
  }
}

void Writer::array(const std::string& name, Type type, std::uint64_t length) {
  prepare_library();
  const hsize_t extent = length;
  const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  const Handle creation = creation_list(H5P_DATASET_CREATE);
  // No fill values: they would be written first, and everything comes.
  const bool good = space && creation && H5Pset_layout(creation, H5D_CONTIGUOUS) >= 0 &&
                    H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >= 0 &&
                    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0;
  Handle dataset;
  if (good)
    dataset =
        Handle(H5Dcreate2(state_->file, name.c_str(), numeric(type).stored, space, H5P_DEFAULT, creation, H5P_DEFAULT),
               H5Dclose);
  if (!dataset || !dataset.close()) fail(state_->out, "write", name);
}

void Writer::fill(const std::string& name, Type type, std::uint64_t first, const void* values, std::uint64_t count) {
  prepare_library();
  if (count == 0) return;
  const hsize_t begin = first, length = count;
  Handle dataset = state_->object(name);
  const Handle place(H5Dget_space(dataset), H5Sclose), memory(H5Screate_simple(1, &length, nullptr), H5Sclose);
  const bool good = place && memory &&
                    H5Sselect_hyperslab(place, H5S_SELECT_SET, &begin, nullptr, &length, nullptr) >= 0 &&
                    H5Dwrite(dataset, numeric(type).memory, memory, place, H5P_DEFAULT, values) >= 0;
  if (!good || !dataset.close()) fail(state_->out, "write", name);
}

void Writer::attribute(const std::string& object, const std::string& name, std::string_view value) {
  prepare_library();
  const Handle type = text_type();
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const std::string terminated(value);
  const char* pointer = terminated.c_str();
  state_->attribute(object, name, type, type, space, &pointer);
}

void Writer::attribute(const std::string& object, const std::string& name, std::int64_t value) {
  prepare_library();
  constexpr hsize_t one = 1;
  const Handle space(H5Screate_simple(1, &one, nullptr), H5Sclose);
  state_->attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, space, &value);
}

void Writer::attribute(const std::string& object, const std::string& name, std::span<const std::int8_t> values) {
  prepare_library();
  const hsize_t length = values.size();
  const Handle space(H5Screate_simple(1, &length, nullptr), H5Sclose);
  state_->attribute(object, name, H5T_STD_I8LE, H5T_NATIVE_INT8, space, values.data());
}

void Writer::fixed_attribute(const std::string& object, const std::string& name, std::string_view value) {
  prepare_library();
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
  std::string padded(value);
  padded.resize(std::max<std::size_t>(1, value.size()), '\0');  // a type has at least one byte
  if (!type || H5Tset_size(type, padded.size()) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
      H5Tset_strpad(type, H5T_STR_NULLPAD) < 0)
    fail(state_->out, "write attribute", object + "@" + name);
  state_->attribute(object, name, type, type, space, padded.data());
}

void Writer::commit() {
  prepare_library();
  State& state = *state_;
  if (!state.file.close()) fail(state.out, "write", "");
  if (fsync(state.descriptor) != 0) fail_by_system(state.out, "write");
  if (std::rename(state.partial.c_str(), state.out.c_str()) != 0) fail_by_system(state.out, "write");
  ::close(std::exchange(state.descriptor, -1));
  // The new name must survive a power cut too.
  const int folder = ::open(folder_of(state.out).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    ::close(folder);
  }
}

namespace {

static_assert(std::endian::native == std::endian::little, "mapped values are little-endian, as they are stored");

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
  for (const std::uint64_t length : info(dataset).shape) count *= length;
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
    fail(state_->name, "read attribute", object + "@" + name, "it is no whole number");
  std::int64_t value = 0;
  if (H5Aread(attribute, H5T_NATIVE_INT64, &value) < 0) fail(state_->name, "read attribute", object + "@" + name);
  return value;
}

}  // namespace grapevine::h5
