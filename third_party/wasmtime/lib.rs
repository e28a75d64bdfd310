// SPDX-License-Identifier: Apache-2.0
// Nothing of its own: the symbols of the C API, in one archive.
pub use wasmtime_c_api::*;
