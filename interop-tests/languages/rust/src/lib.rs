// SPDX-License-Identifier: Apache-2.0
//! Writes arrow-world stores with arrow-rs; the ids in comments are those of docs/spec.

pub mod encode;
pub mod json;
pub mod store;
