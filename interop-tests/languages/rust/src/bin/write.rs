// SPDX-License-Identifier: Apache-2.0
//! Makes a small store and says what a reader must find in it: per tick {"tick","hash_world","resume_hash"}. The Go
//! program writes the same world; languages/README.md has it.
//!
//!     write DIR

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, Float32Array, Float64Array, Int32Array, StringArray, UInt32Array, UInt64Array,
};
use arrow_schema::DataType;
use arrow_world_languages::encode::{Result, Row, field, words};
use arrow_world_languages::store::{Header, Key, Table, Writer, hashes, hex};

const SCHEMA: &str = r#"{"version":1,"tables":[{"name":"boat","kind":"row","ids":"allocated","gen":true,"removal":"swap_remove","lineage":["parent"],"columns":[{"name":"x","type":"f64","default":"0000000000000000"},{"name":"heading","type":"f32","default":"0000000000000000"},{"name":"name","type":"string"},{"name":"cargo","type":"u64","default":"0000000000000000"}],"events":[]},{"name":"journal","kind":"append_only","lineage":[],"columns":[{"name":"n","type":"i32","default":"0000000000000000"}],"events":[]},{"name":"moored","kind":"presence","of":"boat","removal":"swap_remove","lineage":[],"columns":[],"events":[]}],"inputs":[]}"#;

const SNAPSHOT_TICK: u64 = 5;
const LAST_TICK: u64 = 9;
const SIGNALLING_NAN: u32 = 0xFFA12340;

#[derive(Clone)]
struct Boat {
    id: u32,
    generation: u32,
    x: f64,
    heading: u32,
    name: u32,
    cargo: u64,
}

#[derive(Default)]
struct World {
    boats: Vec<Boat>,
    free: Vec<(u32, u32)>,
    journal: Vec<i32>,
    moored: Vec<u32>,
}

fn main() -> Result<()> {
    let dir = std::env::args().nth(1).ok_or("usage: write DIR")?;
    let mut writer = Writer::create(Path::new(&dir), header())?;
    let mut world = World::default();
    for tick in 0..=LAST_TICK {
        let rows = step(&mut writer, &mut world, tick)?;
        writer.tick(tick, rows)?;
        let tables = world.tables(&writer.codebook)?;
        let (hash, resume) = hashes(tick, &tables);
        println!("{{\"tick\":{tick},\"hash_world\":\"{}\",\"resume_hash\":\"{}\"}}", hex(&hash), hex(&resume));
        if tick == SNAPSHOT_TICK {
            writer.snapshot(tick, &tables)?;
        }
    }
    Ok(())
}

fn header() -> Header {
    let key = |name, declaration| Key { name, declaration };
    let keys = vec![
        key("tick.commit", r#""type":"u64","encoding":"bits","kind":"commit""#),
        key("boat.born", r#""type":"u32","encoding":"value","kind":"born""#),
        key("boat.died", r#""type":"u32","encoding":"value","kind":"died""#),
        key("boat.parent", r#""type":"u32","encoding":"value","kind":"lineage","table":"boat""#),
        key("boat.x", r#""type":"f64","encoding":"value","kind":"value","default":"0000000000000000""#),
        key("boat.heading", r#""type":"f32","encoding":"value","kind":"value","default":"0000000000000000""#),
        key("boat.name", r#""type":"string","encoding":"code","kind":"value""#),
        key("boat.cargo", r#""type":"u64","encoding":"bits","kind":"value","default":"0000000000000000""#),
        key("journal.born", r#""type":"u32","encoding":"value","kind":"born""#),
        key("journal.n", r#""type":"i32","encoding":"value","kind":"value","default":"0000000000000000""#),
        key("moored.born", r#""type":"u32","encoding":"value","kind":"born","table":"boat""#),
        key("moored.died", r#""type":"u32","encoding":"value","kind":"died","table":"boat""#),
    ];
    Header { store: [0x60; 16], schema: SCHEMA, properties: r#"{"written":"Rust"}"#, keys }
}

/// Does one tick, and gives its rows in canonical order (O-2, O-3).
fn step(writer: &mut Writer, world: &mut World, tick: u64) -> Result<Vec<Row>> {
    let mut rows = vec![];
    let mut log = |writer: &mut Writer, key: &str, rid: u32, val: u64| -> Result<()> {
        rows.push(Row { tick, rid, key: writer.key(key)?, val, text: None });
        Ok(())
    };
    if tick > 0 {
        for boat in &mut world.boats {
            boat.x = boat.id as f64 + 0.1 * tick as f64;
            log(writer, "boat.x", boat.id, boat.x.to_bits())?;
        }
    }
    if tick == 5 {
        let boat = world.boats.pop().ok_or("no boat")?; // the last one: nothing moves (O-9)
        log(writer, "boat.died", boat.id, (boat.generation as f64).to_bits())?;
        world.free.push((boat.id, boat.generation));
    }
    let mut launch = |writer: &mut Writer, boat: Boat, parent: Option<u32>| -> Result<()> {
        log(writer, "boat.born", boat.id, (boat.generation as f64).to_bits())?;
        if let Some(parent) = parent {
            log(writer, "boat.parent", boat.id, (parent as f64).to_bits())?;
        }
        if boat.x.to_bits() != 0 {
            log(writer, "boat.x", boat.id, boat.x.to_bits())?;
        }
        if boat.heading != 0 {
            log(writer, "boat.heading", boat.id, widen_nan(boat.heading))?;
        }
        log(writer, "boat.name", boat.id, (boat.name as f64).to_bits())?;
        if boat.cargo != 0 {
            log(writer, "boat.cargo", boat.id, boat.cargo)?;
        }
        world.boats.push(boat);
        Ok(())
    };
    if tick == 0 {
        for id in 0..4u32 {
            let name = writer.code(&format!("boat {}", id % 3));
            let heading = if id == 2 { SIGNALLING_NAN } else { 0 };
            let cargo = 0xFFFF_FFFF_FFFF_FFF0 + id as u64;
            launch(writer, Boat { id, generation: 0, x: id as f64, heading, name, cargo }, id.checked_sub(1))?;
        }
    } else if tick == 6 {
        let (id, generation) = world.free.pop().ok_or("no free id")?;
        let name = writer.code("ボート 3");
        launch(writer, Boat { id, generation: generation + 1, x: -0.0, heading: 0, name, cargo: 0 }, Some(0))?;
    }
    let n = -1 - tick as i32;
    log(writer, "journal.born", world.journal.len() as u32, 0)?;
    log(writer, "journal.n", world.journal.len() as u32, (n as f64).to_bits())?;
    world.journal.push(n);
    match tick {
        0 | 7 => {
            let id = 1 + (tick / 7) as u32;
            log(writer, "moored.born", id, 0)?;
            world.moored.push(id);
        }
        4 => {
            log(writer, "moored.died", 1, 0)?;
            world.moored.retain(|&id| id != 1);
        }
        _ => {}
    }
    let name = writer.key("boat.name")?;
    for row in rows.iter_mut().filter(|r| r.key == name) {
        row.text = Some(writer.codebook[f64::from_bits(row.val) as usize].clone());
    }
    Ok(rows)
}

/// A float32 NaN's bits as a float64's (L-10).
fn widen_nan(bits: u32) -> u64 {
    (bits as u64 >> 31) << 63 | 0x7FF << 52 | (bits as u64 & 0x7F_FFFF) << 29
}

impl World {
    fn tables(&self, codebook: &[String]) -> Result<Vec<Table>> {
        let boats = &self.boats;
        let ids = boats.iter().map(|b| b.id).collect::<Vec<_>>();
        let gens = boats.iter().map(|b| b.generation).collect::<Vec<_>>();
        let xs = boats.iter().map(|b| b.x).collect::<Vec<_>>();
        let names = boats.iter().map(|b| b.name).collect::<Vec<_>>();
        let cargos = boats.iter().map(|b| b.cargo).collect::<Vec<_>>();
        let headings = boats.iter().map(|b| b.heading).collect::<Vec<_>>();
        let dictionary = Arc::new(StringArray::from(codebook.to_vec()));
        // Made over the bits, so that no conversion touches a NaN.
        let heading_bits = Float32Array::new(arrow_buffer::Buffer::from_vec(headings.clone()).into(), None);
        let boat = Table {
            name: "boat",
            fields: vec![
                field("id", DataType::UInt32),
                field("gen", DataType::UInt32),
                field("x", DataType::Float64),
                field("heading", DataType::Float32),
                field("name", words(DataType::UInt32)),
                field("cargo", DataType::UInt64),
            ],
            bytes: vec![
                bytes(&ids, |v| v.to_le_bytes()),
                bytes(&gens, |v| v.to_le_bytes()),
                bytes(&xs, |v| v.to_le_bytes()),
                bytes(&headings, |v| v.to_le_bytes()),
                bytes(&names, |v| v.to_le_bytes()),
                bytes(&cargos, |v| v.to_le_bytes()),
            ],
            columns: vec![
                Arc::new(UInt32Array::from(ids)),
                Arc::new(UInt32Array::from(gens)),
                Arc::new(Float64Array::from(xs)),
                Arc::new(heading_bits),
                Arc::new(DictionaryArray::try_new(UInt32Array::from(names), dictionary)?),
                Arc::new(UInt64Array::from(cargos)),
            ],
            rows: boats.len(),
            ids: Some((4, self.free.clone())),
        };
        let one = |name, data_type, column: ArrayRef, bytes, rows| Table {
            name,
            fields: vec![field(if name == "journal" { "n" } else { "id" }, data_type)],
            columns: vec![column],
            bytes: vec![bytes],
            rows,
            ids: None,
        };
        let journal = Arc::new(Int32Array::from(self.journal.clone()));
        let moored = Arc::new(UInt32Array::from(self.moored.clone()));
        Ok(vec![
            boat,
            one("journal", DataType::Int32, journal, bytes(&self.journal, |v| v.to_le_bytes()), self.journal.len()),
            one("moored", DataType::UInt32, moored, bytes(&self.moored, |v| v.to_le_bytes()), self.moored.len()),
        ])
    }
}

fn bytes<T: Copy, const N: usize>(values: &[T], le: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&v| le(v)).collect()
}
