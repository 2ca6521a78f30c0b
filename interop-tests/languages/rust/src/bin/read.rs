// SPDX-License-Identifier: Apache-2.0
//! Prints the columns of snapshot and segment files, one line of JSON per file; languages/README.md has the form.
//!
//!     read FILE...

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{DataType, Schema};
use arrow_world_languages::json;

#[derive(Default)]
struct Column {
    values: Vec<String>,
    codes: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let file = BufReader::new(File::open(&path)?);
        let (schema, batches) = if path.ends_with(".arrows") {
            let reader = StreamReader::try_new(file, None)?;
            (reader.schema(), reader.collect::<Result<Vec<_>, _>>()?)
        } else {
            let reader = FileReader::try_new(file, None)?;
            (reader.schema(), reader.collect::<Result<Vec<_>, _>>()?)
        };
        println!("{}", print(&schema, &batches)?);
    }
    Ok(())
}

fn print(schema: &Schema, batches: &[RecordBatch]) -> Result<String, Box<dyn Error>> {
    let mut columns = Vec::new();
    for (i, field) in schema.fields().iter().enumerate() {
        let mut column = Column::default();
        for batch in batches {
            append(&mut column, batch.column(i))?;
        }
        let name = match field.data_type() {
            DataType::Dictionary(_, _) => "dictionary".into(),
            other => format!("{other:?}").to_lowercase(),
        };
        let mut text = format!(
            "{{\"name\":{},\"type\":\"{name}\",\"values\":{}",
            json::string(field.name()),
            json::array(column.values)
        );
        if name == "dictionary" {
            text += &format!(",\"codes\":{}", json::array(column.codes));
        }
        columns.push(text + "}");
    }
    let metadata: BTreeMap<_, _> = schema.metadata().iter().collect();
    let metadata = metadata.iter().map(|(k, v)| format!("{}:{}", json::string(k), json::string(v)));
    let metadata = metadata.collect::<Vec<_>>().join(",");
    Ok(format!("{{\"metadata\":{{{metadata}}},\"columns\":{}}}", json::array(columns)))
}

macro_rules! numbers {
    ($column:expr, $array:expr, $type:ty) => {
        $column.values.extend($array.as_primitive::<$type>().values().iter().map(|v| v.to_string()))
    };
}

fn append(column: &mut Column, array: &ArrayRef) -> Result<(), Box<dyn Error>> {
    match array.data_type() {
        DataType::UInt8 => numbers!(column, array, UInt8Type),
        DataType::UInt16 => numbers!(column, array, UInt16Type),
        DataType::UInt32 => numbers!(column, array, UInt32Type),
        DataType::UInt64 => numbers!(column, array, UInt64Type),
        DataType::Int8 => numbers!(column, array, Int8Type),
        DataType::Int16 => numbers!(column, array, Int16Type),
        DataType::Int32 => numbers!(column, array, Int32Type),
        DataType::Int64 => numbers!(column, array, Int64Type),
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>().values();
            column.values.extend(values.iter().map(|v| format!("\"{:08x}\"", v.to_bits())));
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().values();
            column.values.extend(values.iter().map(|v| format!("\"{:016x}\"", v.to_bits())));
        }
        DataType::Utf8 => {
            column.values.extend(array.as_string::<i32>().iter().map(|v| v.map_or("null".into(), json::string)));
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            let words = dictionary.values().as_string::<i32>();
            let valid = array.nulls();
            let null = |i: usize| valid.is_some_and(|v| v.is_null(i));
            // Not normalized_keys(): that refuses an array without words.
            let codes: Vec<usize> = match dictionary.keys().data_type() {
                DataType::UInt8 => {
                    dictionary.keys().as_primitive::<UInt8Type>().values().iter().map(|&v| v as usize).collect()
                }
                DataType::UInt16 => {
                    dictionary.keys().as_primitive::<UInt16Type>().values().iter().map(|&v| v as usize).collect()
                }
                DataType::UInt32 => {
                    dictionary.keys().as_primitive::<UInt32Type>().values().iter().map(|&v| v as usize).collect()
                }
                other => return Err(format!("dictionary indices of type {other}").into()),
            };
            for (i, code) in codes.into_iter().enumerate() {
                column.codes.push(if null(i) { "null".into() } else { code.to_string() });
                column.values.push(if null(i) { "null".into() } else { json::string(words.value(code)) });
            }
        }
        other => return Err(format!("a column of type {other}").into()),
    }
    Ok(())
}
