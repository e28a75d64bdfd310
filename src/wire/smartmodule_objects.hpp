// SPDX-License-Identifier: Apache-2.0
#pragma once

// SmartModules and table formats: what users upload to the control plane.
// Format: shared/reference/fluvio-protocol.md §5.7 and §5.8.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/codec.hpp"

namespace sluice::wire {

enum class Visibility : std::uint8_t { private_, public_ };
template <>
struct enum_table<Visibility> {
  using E = Visibility;
  static constexpr std::array rows{std::pair{E::private_, std::string_view("private")},
                                   std::pair{E::public_, std::string_view("public")}};
};
struct SmartModulePackage {
  std::string name;
  std::string group;
  std::string version;
  std::string api_version;
  std::optional<std::string> description;
  std::optional<std::string> license;
  Visibility visibility = Visibility::private_;
  std::optional<std::string> repository;
  static constexpr auto fields() {
    return std::tuple{field<&SmartModulePackage::name>("name"),
                      field<&SmartModulePackage::group>("group"),
                      field<&SmartModulePackage::version>("version"),
                      field<&SmartModulePackage::api_version>("api_version"),
                      field<&SmartModulePackage::description>("description"),
                      field<&SmartModulePackage::license>("license"),
                      field<&SmartModulePackage::visibility>("visibility").since(19),
                      field<&SmartModulePackage::repository>("repository")};
  }
};
struct SmartModuleParam {
  std::optional<std::string> description;
  bool optional = false;
  static constexpr auto fields() {
    return std::tuple{field<&SmartModuleParam::description>("description"),
                      field<&SmartModuleParam::optional>("optional")};
  }
};
struct SmartModuleMetadata {
  SmartModulePackage package;
  std::map<std::string, SmartModuleParam> params;
  static constexpr auto fields() {
    return std::tuple{field<&SmartModuleMetadata::package>("package"),
                      field<&SmartModuleMetadata::params>("params")};
  }
};
enum class WasmFormat : std::uint8_t { binary, text };
template <>
struct enum_table<WasmFormat> {
  using E = WasmFormat;
  static constexpr std::array rows{std::pair{E::binary, std::string_view("binary")},
                                   std::pair{E::text, std::string_view("text")}};
};
struct SmartModuleSpec {
  static constexpr std::string_view label = "SmartModule";
  std::optional<SmartModuleMetadata> meta;
  std::optional<std::uint32_t> wasm_length;  // only from an SC in summary mode
  WasmFormat format = WasmFormat::binary;
  Bytes wasm;  // gzip of the module; one official client uploads it raw
  static constexpr auto fields() {
    return std::tuple{field<&SmartModuleSpec::meta>("meta"),
                      field<&SmartModuleSpec::wasm_length>("summary.wasm_length"),
                      field<&SmartModuleSpec::format>("wasm.format"),
                      field<&SmartModuleSpec::wasm>("wasm.payload")};
  }
};
struct NoStatus {
  static constexpr auto fields() { return std::tuple{}; }
};

enum class TableInput : std::uint8_t { json };
template <>
struct enum_table<TableInput> {
  static constexpr std::array rows{std::pair{TableInput::json, std::string_view("JSON")}};
};
enum class TableAlignment : std::uint8_t { left, right, center };
template <>
struct enum_table<TableAlignment> {
  using E = TableAlignment;
  static constexpr std::array rows{std::pair{E::left, std::string_view("Left")},
                                   std::pair{E::right, std::string_view("Right")},
                                   std::pair{E::center, std::string_view("Center")}};
};
enum class TableColor : std::uint8_t { blue, yellow, green };
template <>
struct enum_table<TableColor> {
  using E = TableColor;
  static constexpr std::array rows{std::pair{E::blue, std::string_view("Blue")},
                                   std::pair{E::yellow, std::string_view("Yellow")},
                                   std::pair{E::green, std::string_view("Green")}};
};
struct TableColumn {
  std::optional<std::string> header_label;
  std::optional<std::string> width;
  std::optional<TableAlignment> alignment;
  std::string key_path;
  std::optional<std::string> format;
  std::optional<bool> display;
  std::optional<bool> primary_key;
  std::optional<TableColor> header_bg_color;
  std::optional<TableColor> header_text_color;
  static constexpr auto fields() {
    using C = TableColumn;
    return std::tuple{field<&C::header_label>("header_label"),
                      field<&C::width>("width"),
                      field<&C::alignment>("alignment"),
                      field<&C::key_path>("key_path"),
                      field<&C::format>("format"),
                      field<&C::display>("display"),
                      field<&C::primary_key>("primary_key"),
                      field<&C::header_bg_color>("header_bg_color"),
                      field<&C::header_text_color>("header_text_color")};
  }
};
struct TableFormatSpec {
  static constexpr std::string_view label = "TableFormat";
  std::string name;
  std::optional<TableInput> input_format;
  std::optional<std::vector<TableColumn>> columns;
  std::optional<std::string> smartmodule;
  static constexpr auto fields() {
    using T = TableFormatSpec;
    return std::tuple{field<&T::name>("name"), field<&T::input_format>("input_format"),
                      field<&T::columns>("columns"), field<&T::smartmodule>("smartmodule")};
  }
};
enum class TableFormatResolution : std::uint8_t { init, invalid, running, pending, failed };
template <>
struct enum_table<TableFormatResolution> {
  using E = TableFormatResolution;
  static constexpr std::array rows{std::pair{E::init, std::string_view("init")},
                                   std::pair{E::invalid, std::string_view("invalid")},
                                   std::pair{E::running, std::string_view("running")},
                                   std::pair{E::pending, std::string_view("pending")},
                                   std::pair{E::failed, std::string_view("failed")}};
};
struct TableFormatStatus {
  TableFormatResolution resolution = TableFormatResolution::init;
  std::optional<std::string> reason;
  static constexpr auto fields() {
    return std::tuple{field<&TableFormatStatus::resolution>("resolution"),
                      field<&TableFormatStatus::reason>("reason")};
  }
};

}  // namespace sluice::wire
