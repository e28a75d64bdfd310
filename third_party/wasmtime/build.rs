// SPDX-License-Identifier: Apache-2.0
// Copies the headers that the C API has made for its features to where the caller wants them.
use std::{env, fs, path::Path};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn main() {
    println!("cargo:rerun-if-env-changed=SLUICE_WASMTIME_INCLUDE");
    let headers = env::var("DEP_WASMTIME_C_API_INCLUDE").expect("headers of the C API");
    if let Ok(target) = env::var("SLUICE_WASMTIME_INCLUDE") {
        copy(Path::new(&headers), Path::new(&target));
    }
}
