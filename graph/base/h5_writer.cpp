#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "graph/base/h5_handle.hpp"
#include "graph/base/new_file.hpp"

namespace grapevine::h5 {

using namespace detail;

namespace {

/// Datasets of fewer bytes are stored as they are: a chunk index would cost more than it saves.
constexpr std::size_t smallest_chunked = std::size_t{64} << 10;
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::int64_t most_exact = std::int64_t{1} << 53;  // whole numbers up to here are exact in a double

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

/// Hands `write` the numbers in the type that `Writer::whole_numbers` promises.
template <class Write>
void narrowed(std::span<const std::int64_t> values, Write&& write) {
  // The two lowest stand for a missing number in R and in netCDF.
  constexpr std::int64_t least = std::int64_t{INT32_MIN} + 2, most = INT32_MAX;
  if (std::ranges::all_of(values, [&](std::int64_t value) { return least <= value && value <= most; }))
    write(Type::i32, std::vector<std::int32_t>(values.begin(), values.end()).data());
  else if (std::ranges::all_of(values, [&](std::int64_t value) { return -most_exact <= value && value <= most_exact; }))
    write(Type::f64, std::vector<double>(values.begin(), values.end()).data());
  else
    write(Type::i64, values.data());
}

std::string last_part(const std::string& object) { return object.substr(object.rfind('/') + 1); }

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

struct Writer::State {
  std::optional<NewFile> own;
  NewFile& out;
  Handle file;

  explicit State(FilePath target) : own(std::in_place, std::move(target)), out(*own) {}
  explicit State(NewFile& given) : out(given) { out.start_again(); }

  ~State() {
    if (!file) return;
    out.empty();  // first: with a full disk the library could not even close its file
    file.close();
  }

  const FilePath& name() const { return out.name(); }

  void open(std::uint64_t alignment) {
    const Handle creation = creation_list(H5P_FILE_CREATE), access = access_list(alignment);
    if (creation && access) file = Handle(H5Fcreate(out.scratch().c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose);
    if (!file) fail(name(), "write", "");
  }

  Handle object(const std::string& name) const {
    Handle opened(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!opened) fail(this->name(), "open", name);
    return opened;
  }

  void attribute(const std::string& name, const std::string& attribute_name, hid_t stored, hid_t memory, hid_t space,
                 const void* values) const {
    const Handle owner = object(name);
    Handle attribute(H5Acreate2(owner, attribute_name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (!attribute || H5Awrite(attribute, memory, values) < 0 || !attribute.close())
      fail(this->name(), "write attribute", name + "@" + attribute_name);
  }
};

Writer::Writer(FilePath out, std::uint64_t alignment) : state_(std::make_unique<State>(std::move(out))) {
  prepare_library();
  state_->open(alignment);
}
Writer::Writer(NewFile& out, std::uint64_t alignment) : state_(std::make_unique<State>(out)) {
  prepare_library();
  state_->open(alignment);
}
Writer::~Writer() = default;

void Writer::group(const std::string& name) {
  prepare_library();
  const Handle creation = creation_list(H5P_GROUP_CREATE);
  Handle group;
  if (creation) group = Handle(H5Gcreate2(state_->file, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose);
  if (!group || !group.close()) fail(state_->name(), "write group", name);
}

void Writer::dataset(const std::string& name, Type type, const void* values, std::size_t count,
                     const std::vector<std::string>& scales) {
  prepare_library();
  std::vector<std::uint64_t> shape;
  std::uint64_t places = 1;
  for (const std::string& scale : scales) {
    const Handle opened = state_->object(scale);
    const Handle space(H5Dget_space(opened), H5Sclose);
    if (!space) fail(state_->name(), "read scale", scale);
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
  if (!good || !dataset.close()) fail(state_->name(), "write", name);
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
  if (!dataset || !dataset.close()) fail(state_->name(), "write", name);
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
  if (!good || !dataset.close()) fail(state_->name(), "write", name);
}

void Writer::whole_scale(const std::string& path, std::span<const std::int64_t> values) {
  narrowed(values, [&](Type type, const void* narrow) { write(path, type, narrow, {values.size()}, {}); });
}

void Writer::whole_numbers(const std::string& path, std::span<const std::int64_t> values,
                           const std::vector<std::string>& scales) {
  narrowed(values, [&](Type type, const void* narrow) { dataset(path, type, narrow, values.size(), scales); });
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

AttributeValue whole_attribute(std::uint64_t number) {
  if (number <= INT32_MAX || number > static_cast<std::uint64_t>(most_exact)) return static_cast<std::int64_t>(number);
  return static_cast<double>(number);
}

void Writer::any_attribute(const std::string& object, const std::string& name, const AttributeValue& value) {
  std::visit([&](const auto& of_its_type) { attribute(object, name, of_its_type); }, value);
}

void Writer::attribute(const std::string& object, const std::string& name, double value) {
  prepare_library();
  constexpr hsize_t one = 1;
  const Handle space(H5Screate_simple(1, &one, nullptr), H5Sclose);
  state_->attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space, &value);
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
    fail(state_->name(), "write attribute", object + "@" + name);
  state_->attribute(object, name, type, type, space, padded.data());
}

void Writer::commit(bool sealed) {
  prepare_library();
  // What is left of a file that could not be closed is no use, and the room may be wanted.
  if (!state_->file.close()) {
    const std::string why = reason();
    state_->out.empty();
    fail(state_->name(), "write", "", why);
  }
  if (sealed) state_->out.append(seal_for(state_->name(), state_->out.scratch()));
  state_->out.finish();
}

}  // namespace grapevine::h5
