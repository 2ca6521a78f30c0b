// SPDX-License-Identifier: Apache-2.0
//! A store of one live segment, and snapshots of its world.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Metadata, Schema};
use blake2::digest::consts::{U8, U16};
use blake2::{Blake2b, Digest};

use crate::encode::{Result, Row, SegmentEncoder, field, snapshot_file, words};
use crate::json;

/// One key of the log; `declaration` is its JSON without code and name (L-4).
pub struct Key {
    pub name: &'static str,
    pub declaration: &'static str,
}

/// One table as it is after a tick: name, columns, row-table state.
pub struct Table {
    pub name: &'static str,
    pub fields: Vec<Field>,
    pub columns: Vec<ArrayRef>,
    /// The columns' little-endian bytes, strings as codes.
    pub bytes: Vec<Vec<u8>>,
    pub rows: usize,
    /// Row tables only: the next new id, and the free ids with their generations, bottom first.
    pub ids: Option<(u32, Vec<(u32, u32)>)>,
}

impl Table {
    fn hash(&self) -> [u8; 16] {
        let mut h = Blake2b::<U16>::new();
        self.bytes.iter().for_each(|b| h.update(b));
        h.finalize().into()
    }
}

/// hash_world (H-2) and resume_hash (H-3).
pub fn hashes(tick: u64, tables: &[Table]) -> ([u8; 16], [u8; 16]) {
    let mut world = Blake2b::<U16>::new();
    for t in tables {
        world.update(t.name.as_bytes());
        world.update([0]);
        world.update((t.rows as u64).to_le_bytes());
        world.update(t.hash());
    }
    let world: [u8; 16] = world.finalize().into();
    let mut resume = Blake2b::<U16>::new();
    resume.update(world);
    resume.update(tick.to_le_bytes());
    for (next, stack) in tables.iter().filter_map(|t| t.ids.as_ref()) {
        resume.update(next.to_le_bytes());
        resume.update((stack.len() as u32).to_le_bytes());
        stack.iter().for_each(|(id, _)| resume.update(id.to_le_bytes()));
    }
    (world, resume.finalize().into())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What a store is made with.
pub struct Header {
    pub store: [u8; 16],
    pub schema: &'static str,
    pub properties: &'static str,
    pub keys: Vec<Key>,
}

/// Writes a store in a new directory.
pub struct Writer {
    dir: PathBuf,
    header: Header,
    live: File,
    at: u64,
    encoder: SegmentEncoder,
    seq: u64,
    chain: [u8; 8],
    pub codebook: Vec<String>,
}

impl Writer {
    pub fn create(dir: &Path, header: Header) -> Result<Self> {
        fs::create_dir_all(dir.join("log/live"))?;
        let store = hex(&header.store);
        let body = format!(
            "{{\"kind\":\"arrow-world store\",\"format\":1,\"store\":\"{store}\",\"strings\":true,\"tick_unit\":\"hour\",\
             \"schema\":{},\"properties\":{},\"environment\":{{\"writer\":\"arrow-rs\"}}",
            header.schema, header.properties
        );
        publish(&dir.join("store.json"), json::checked(body).as_bytes())?;
        let declared = header.keys.iter().enumerate();
        let declared =
            declared.map(|(code, k)| format!("{{\"code\":{code},\"name\":\"{}\",{}}}", k.name, k.declaration));
        let metadata = [
            ("aw.kind", "segment".into()),
            ("aw.format", "1".into()),
            ("aw.store", store),
            ("aw.schema", "1".into()),
            ("aw.first_seq", format!("{:020}", 0)),
            ("aw.prev_chain", format!("{:016x}", 0)),
            ("aw.keys", json::array(declared)),
        ];
        let fields = vec![
            field("tick", DataType::UInt64),
            field("rid", DataType::UInt32),
            field("key", words(DataType::UInt8)),
            field("val", DataType::Float64),
            Field::new("text", words(DataType::UInt32), true),
        ];
        let schema = Schema::new(fields)
            .with_metadata(metadata.into_iter().map(|(k, v)| (k.to_string(), v)).collect::<Metadata>());
        let names = header.keys.iter().map(|k| k.name.to_string()).collect();
        let (encoder, first) = SegmentEncoder::begin(Arc::new(schema), names, &header.store)?;
        let path = dir.join(format!("log/live/{:020}.arrows", 0));
        publish(&path, &first)?;
        let live = OpenOptions::new().write(true).open(path)?;
        let (dir, at) = (dir.to_path_buf(), first.len() as u64);
        Ok(Self { dir, header, live, at, encoder, seq: 0, chain: [0; 8], codebook: vec![] })
    }

    /// The code of a word, a new one where it is first used (L-12).
    pub fn code(&mut self, word: &str) -> u32 {
        let known = self.codebook.iter().position(|w| w == word);
        known.unwrap_or_else(|| {
            self.codebook.push(word.into());
            self.codebook.len() - 1
        }) as u32
    }

    pub fn key(&self, name: &str) -> Result<u8> {
        let code = self.header.keys.iter().position(|k| k.name == name);
        Ok(code.ok_or_else(|| format!("there is no key {name}"))? as u8)
    }

    /// Logs one tick's rows, in canonical order, with their commit row, and forces them.
    pub fn tick(&mut self, tick: u64, mut rows: Vec<Row>) -> Result<()> {
        let crc = |bytes: Vec<u8>| crc32fast::hash(&bytes).to_le_bytes();
        let text = rows.iter().flat_map(|r| match &r.text {
            Some(t) => [&(t.len() as u32).to_le_bytes(), t.as_bytes()].concat(),
            None => vec![0xFF; 4],
        });
        let mut digest = Blake2b::<U8>::new(); // L-15
        digest.update(self.chain);
        digest.update(tick.to_le_bytes());
        digest.update((rows.len() as u32).to_le_bytes());
        digest.update(crc(rows.iter().flat_map(|r| r.tick.to_le_bytes()).collect()));
        digest.update(crc(rows.iter().flat_map(|r| r.rid.to_le_bytes()).collect()));
        digest.update(crc(rows.iter().flat_map(|r| (r.key as u16).to_le_bytes()).collect()));
        digest.update(crc(rows.iter().flat_map(|r| r.val.to_le_bytes()).collect()));
        digest.update(crc(text.collect()));
        self.chain = digest.finalize().into();
        rows.push(Row { tick, rid: rows.len() as u32, key: 0, val: u64::from_le_bytes(self.chain), text: None });
        for message in self.encoder.next(&rows)? {
            // A reader sees the whole message or none of it (L-18).
            self.live.write_all_at(&[&[0; 8], &message[8..]].concat(), self.at)?;
            self.live.write_all_at(&message[..8], self.at)?;
            self.at += message.len() as u64;
        }
        self.seq += rows.len() as u64;
        Ok(self.live.sync_data()?)
    }

    /// Publishes the tables as the snapshot of a tick (snapshot.md).
    pub fn snapshot(&self, tick: u64, tables: &[Table]) -> Result<()> {
        let dir = self.dir.join(format!("snapshots/{tick:020}.v1"));
        let unfinished = dir.with_extension("v1.tmp");
        fs::create_dir_all(&unfinished)?;
        let mut files = vec![];
        let mut write =
            |name: String, kind: &str, table: &str, fields: Vec<Field>, columns: Vec<ArrayRef>| -> Result<()> {
                let metadata = [
                    ("aw.kind", kind.to_string()),
                    ("aw.format", "1".into()),
                    ("aw.store", hex(&self.header.store)),
                    ("aw.schema", "1".into()),
                    ("aw.table", table.into()),
                    ("aw.tick", format!("{tick:020}")),
                ];
                let schema = Schema::new(fields)
                    .with_metadata(metadata.into_iter().map(|(k, v)| (k.to_string(), v)).collect::<Metadata>());
                let file = snapshot_file(schema, columns)?;
                publish(&unfinished.join(&name), &file.bytes)?;
                let buffers =
                    file.buffers.iter().map(|(at, n, crc)| format!("[\"{at:016x}\",\"{n:016x}\",\"{crc:08x}\"]"));
                files.push(format!(
                    "{{\"name\":\"{name}\",\"bytes\":\"{:016x}\",\"buffers\":{},\"rest\":\"{:08x}\"}}",
                    file.bytes.len(),
                    json::array(buffers),
                    file.rest
                ));
                Ok(())
            };
        let mut entries = vec![];
        for t in tables {
            write(format!("{}.arrow", t.name), "snapshot", t.name, t.fields.clone(), t.columns.clone())?;
            if let Some((_, stack)) = &t.ids {
                let fields = vec![field("id", DataType::UInt32), field("gen", DataType::UInt32)];
                let ids = Arc::new(UInt32Array::from_iter_values(stack.iter().map(|s| s.0)));
                let gens = Arc::new(UInt32Array::from_iter_values(stack.iter().map(|s| s.1)));
                write(format!("{}.free.arrow", t.name), "free", t.name, fields, vec![ids, gens])?;
            }
            entries.push(format!(
                "{{\"name\":\"{}\",\"rows\":{},\"next_id\":{},\"columns\":{},\"hash\":\"{}\"}}",
                t.name,
                t.rows,
                t.ids.as_ref().map_or(0, |ids| ids.0),
                json::array(t.fields.iter().map(|f| json::string(f.name()))),
                hex(&t.hash())
            ));
        }
        let codebook = Arc::new(StringArray::from(self.codebook.clone()));
        write("codebook.arrow".into(), "codebook", "", vec![field("word", DataType::Utf8)], vec![codebook])?;
        let (world, resume) = hashes(tick, tables);
        let manifest = format!(
            "{{\"kind\":\"arrow-world snapshot\",\"format\":1,\"store\":\"{}\",\"schema\":{},\"tick\":\"{tick:016x}\",\
             \"seq\":\"{:016x}\",\"chain\":\"{:016x}\",\"base\":false,\"hash_world\":\"{}\",\"resume_hash\":\"{}\",\
             \"properties\":{},\"codes\":{},\"tables\":{},\"files\":{}",
            hex(&self.header.store),
            self.header.schema,
            self.seq,
            u64::from_le_bytes(self.chain),
            hex(&world),
            hex(&resume),
            self.header.properties,
            self.codebook.len(),
            json::array(entries),
            json::array(files)
        );
        publish(&unfinished.join("manifest.json"), json::checked(manifest).as_bytes())?;
        fs::rename(&unfinished, &dir)?;
        force(&self.dir.join("snapshots"))
    }
}

/// Makes a file visible by one rename of a complete, forced one (S-3).
fn publish(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = PathBuf::from(format!("{}.tmp", path.display()));
    fs::write(&temporary, bytes)?;
    File::open(&temporary)?.sync_all()?;
    fs::rename(&temporary, path)?;
    force(path.parent().ok_or("no directory")?)
}

fn force(dir: &Path) -> Result<()> {
    Ok(File::open(dir)?.sync_all()?)
}
