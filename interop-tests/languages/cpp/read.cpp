// SPDX-License-Identifier: Apache-2.0
// Prints the columns of snapshot and segment files, one line of JSON per file; languages/README.md has the form.
//
//     read FILE...

#include <cinttypes>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

namespace {

struct Column {
  std::string values;
  std::string codes;
};

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

void Add(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ",") + item;
}

template <typename T>
void AddIntegers(const arrow::Array& array, Column& column) {
  for (int64_t i = 0; i < array.length(); i++) {
    Add(column.values, std::to_string(array.data()->GetValues<T>(1)[i]));
  }
}

// Floats by their bits: no conversion may touch a NaN.
template <typename Bits>
void AddBits(const arrow::Array& array, Column& column) {
  for (int64_t i = 0; i < array.length(); i++) {
    char text[24];
    const auto bits = static_cast<uint64_t>(array.data()->GetValues<Bits>(1)[i]);
    std::snprintf(text, sizeof text, "\"%0*" PRIx64 "\"", static_cast<int>(2 * sizeof(Bits)), bits);
    Add(column.values, text);
  }
}

arrow::Status Append(const arrow::Array& array, Column& column) {
  switch (array.type_id()) {
    case arrow::Type::UINT8: AddIntegers<uint8_t>(array, column); break;
    case arrow::Type::UINT16: AddIntegers<uint16_t>(array, column); break;
    case arrow::Type::UINT32: AddIntegers<uint32_t>(array, column); break;
    case arrow::Type::UINT64: AddIntegers<uint64_t>(array, column); break;
    case arrow::Type::INT8: AddIntegers<int8_t>(array, column); break;
    case arrow::Type::INT16: AddIntegers<int16_t>(array, column); break;
    case arrow::Type::INT32: AddIntegers<int32_t>(array, column); break;
    case arrow::Type::INT64: AddIntegers<int64_t>(array, column); break;
    case arrow::Type::FLOAT: AddBits<uint32_t>(array, column); break;
    case arrow::Type::DOUBLE: AddBits<uint64_t>(array, column); break;
    case arrow::Type::STRING:
      for (int64_t i = 0; i < array.length(); i++) {
        Add(column.values, Quoted(static_cast<const arrow::StringArray&>(array).GetView(i)));
      }
      break;
    case arrow::Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
      const auto& words = static_cast<const arrow::StringArray&>(*dictionary.dictionary());
      for (int64_t i = 0; i < array.length(); i++) {
        const bool valid = array.IsValid(i);
        const int64_t code = valid ? dictionary.GetValueIndex(i) : -1;
        Add(column.codes, valid ? std::to_string(code) : "null");
        Add(column.values, valid ? Quoted(words.GetView(code)) : "null");
      }
      break;
    }
    default: return arrow::Status::NotImplemented("a column of type ", array.type()->ToString());
  }
  return arrow::Status::OK();
}

arrow::Status Print(const arrow::Schema& schema, const arrow::RecordBatchVector& batches) {
  std::string columns;
  for (int i = 0; i < schema.num_fields(); i++) {
    Column column;
    for (const auto& batch : batches) {
      ARROW_RETURN_NOT_OK(batch->ValidateFull());
      ARROW_RETURN_NOT_OK(Append(*batch->column(i), column));
    }
    const auto& type = *schema.field(i)->type();
    const bool dictionary = type.id() == arrow::Type::DICTIONARY;
    const std::map<arrow::Type::type, std::string> names = {
        {arrow::Type::FLOAT, "float32"}, {arrow::Type::DOUBLE, "float64"}, {arrow::Type::STRING, "utf8"}};
    const auto name = names.find(type.id());
    Add(columns, "{\"name\":" + Quoted(schema.field(i)->name()) + ",\"type\":\"" +
                     (name == names.end() ? type.name() : name->second) + "\",\"values\":[" + column.values + "]" +
                     (dictionary ? ",\"codes\":[" + column.codes + "]" : "") + "}");
  }
  std::string metadata;
  for (const auto& [key, value] : schema.metadata()->sorted_pairs()) {
    Add(metadata, Quoted(key) + ":" + Quoted(value));
  }
  std::cout << "{\"metadata\":{" << metadata << "},\"columns\":[" << columns << "]}\n";
  return arrow::Status::OK();
}

arrow::Status Read(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
  if (path.ends_with(".arrows")) {
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(file));
    ARROW_ASSIGN_OR_RAISE(auto batches, reader->ToRecordBatches());
    return Print(*reader->schema(), batches);
  }
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchFileReader::Open(file));
  ARROW_ASSIGN_OR_RAISE(auto batches, reader->ToRecordBatches());
  return Print(*reader->schema(), batches);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    if (const auto status = Read(argv[i]); !status.ok()) {
      std::cerr << argv[i] << ": " << status.ToString() << '\n';
      return 1;
    }
  }
}
