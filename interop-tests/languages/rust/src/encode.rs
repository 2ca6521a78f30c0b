// SPDX-License-Identifier: Apache-2.0
//! What arrow-rs does not write by itself: record batches with metadata, checksums in batches and footers.

use std::error::Error;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, RecordBatch, StringArray, UInt8Array, UInt32Array, UInt64Array,
};
use arrow_ipc::convert::metadata_to_fb;
use arrow_ipc::writer::{DictionaryTracker, EncodedData, FileWriter, IpcDataGenerator, IpcWriteOptions, write_message};
use arrow_ipc::{MessageBuilder, MessageHeader, MetadataVersion, RecordBatchBuilder, root_as_footer, root_as_message};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use flatbuffers::FlatBufferBuilder;

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ZEROS: &str = "00000000";

/// One row of the log; `val` is the float64's bits.
pub struct Row {
    pub tick: u64,
    pub rid: u32,
    pub key: u8,
    pub val: u64,
    pub text: Option<String>,
}

pub fn words(dictionary_index: DataType) -> DataType {
    DataType::Dictionary(Box::new(dictionary_index), Box::new(DataType::Utf8))
}

fn options() -> std::result::Result<IpcWriteOptions, ArrowError> {
    IpcWriteOptions::try_new(64, false, MetadataVersion::V5) // N-1
}

/// A tracker of a new stream, so that every dictionary is given out again; the ids are 0 and 1 (L-17).
fn tracker() -> DictionaryTracker {
    let mut tracker = DictionaryTracker::new(false);
    tracker.next_dict_id();
    tracker.next_dict_id();
    tracker
}

/// Encodes the messages of a live segment.
pub struct SegmentEncoder {
    schema: Arc<Schema>,
    keys: Arc<StringArray>,
    seq: u64,
    seed: Vec<u8>,
    pending: Vec<u8>, // bytes since the last batch, which the next checksum covers (B-2)
}

impl SegmentEncoder {
    /// A segment from seq 0 on, and its header: the schema, and a dictionary message per field, `text`'s being empty.
    pub fn begin(schema: Arc<Schema>, keys: Vec<String>, store: &[u8; 16]) -> Result<(Self, Vec<u8>)> {
        let keys = Arc::new(StringArray::from(keys));
        let seed = [store.as_slice(), &0u64.to_le_bytes()].concat();
        let mut encoder = Self { schema, keys, seq: 0, seed, pending: vec![] };
        let mut ids = DictionaryTracker::new(false);
        let generator = IpcDataGenerator::default();
        let schema = generator.schema_to_bytes_with_dictionary_tracker(&encoder.schema, &mut ids, &options()?);
        write_message(&mut encoder.pending, schema, &options()?)?;
        let (dictionaries, _) =
            generator.encode(&encoder.batch(&[])?, &mut tracker(), &options()?, &mut Default::default())?;
        for dictionary in dictionaries {
            write_message(&mut encoder.pending, dictionary, &options()?)?;
        }
        let header = encoder.pending.clone();
        Ok((encoder, header))
    }

    /// The messages of one batch: where there is text, its dictionary (L-19); then the batch with its checksum.
    pub fn next(&mut self, rows: &[Row]) -> Result<Vec<Vec<u8>>> {
        let generator = IpcDataGenerator::default();
        let (mut dictionaries, batch) =
            generator.encode(&self.batch(rows)?, &mut tracker(), &options()?, &mut Default::default())?;
        let mut messages = vec![];
        if rows.iter().any(|r| r.text.is_some()) {
            let mut message = vec![];
            write_message(&mut message, dictionaries.pop().ok_or("arrow-rs gave no dictionary")?, &options()?)?;
            messages.push(message);
        }
        let mut message = vec![];
        write_message(&mut message, with_metadata(batch, self.seq)?, &options()?)?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&self.seed);
        crc.update(&self.pending);
        messages.iter().for_each(|m: &Vec<u8>| crc.update(m));
        crc.update(&message);
        let crc = crc.finalize();
        let digits = custom_digits(&message[8..], "aw.crc")? + 8;
        message[digits..digits + 8].copy_from_slice(format!("{crc:08x}").as_bytes());
        messages.push(message);
        self.seed = crc.to_le_bytes().to_vec();
        self.pending.clear();
        self.seq += rows.len() as u64;
        Ok(messages)
    }

    fn batch(&self, rows: &[Row]) -> Result<RecordBatch> {
        let mut text: Vec<&str> = vec![];
        let mut indices = vec![];
        for row in rows {
            indices.push(row.text.as_deref().map(|word| {
                text.iter().position(|w| *w == word).unwrap_or_else(|| {
                    text.push(word);
                    text.len() - 1
                }) as u32
            }));
        }
        let keys = UInt8Array::from_iter_values(rows.iter().map(|r| r.key));
        // From bits that never were numbers to a processor, so NaNs stay as they are.
        let values: Vec<f64> = rows.iter().map(|r| f64::from_bits(r.val)).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from_iter_values(rows.iter().map(|r| r.tick))),
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(|r| r.rid))),
            Arc::new(DictionaryArray::try_new(keys, self.keys.clone())?),
            Arc::new(Float64Array::from(values)),
            Arc::new(DictionaryArray::try_new(UInt32Array::from(indices), Arc::new(StringArray::from(text)))?),
        ];
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}

/// The same record batch in a message with custom metadata (B-1), the checksum being zeros yet.
fn with_metadata(encoded: EncodedData, seq: u64) -> Result<EncodedData> {
    let message = root_as_message(&encoded.ipc_message)?;
    let batch = message.header_as_record_batch().ok_or("not a record batch")?;
    let mut to = FlatBufferBuilder::new();
    let nodes = batch.nodes().map(|nodes| nodes.iter().copied().collect::<Vec<_>>()).unwrap_or_default();
    let buffers = batch.buffers().map(|buffers| buffers.iter().copied().collect::<Vec<_>>()).unwrap_or_default();
    let nodes = to.create_vector(&nodes);
    let buffers = to.create_vector(&buffers);
    let mut copy = RecordBatchBuilder::new(&mut to);
    copy.add_length(batch.length());
    copy.add_nodes(nodes);
    copy.add_buffers(buffers);
    let copy = copy.finish();
    let pairs = [("aw.first_seq".to_string(), format!("{seq:020}")), ("aw.crc".to_string(), ZEROS.to_string())];
    let metadata = metadata_to_fb(&mut to, &pairs.into_iter().collect());
    let mut outer = MessageBuilder::new(&mut to);
    outer.add_version(MetadataVersion::V5);
    outer.add_header_type(MessageHeader::RecordBatch);
    outer.add_bodyLength(message.bodyLength());
    outer.add_header(copy.as_union_value());
    outer.add_custom_metadata(metadata);
    let outer = outer.finish();
    to.finish(outer, None);
    Ok(EncodedData { ipc_message: to.finished_data().to_vec(), arrow_data: encoded.arrow_data })
}

/// Where in a message's metadata the value of a custom pair stands.
fn custom_digits(metadata: &[u8], key: &str) -> Result<usize> {
    let message = root_as_message(metadata)?;
    let pairs = message.custom_metadata().ok_or("no metadata")?;
    let value = pairs.iter().find(|p| p.key() == Some(key)).and_then(|p| p.value()).ok_or("no such key")?;
    Ok(value.as_ptr() as usize - metadata.as_ptr() as usize)
}

/// A snapshot file and what its manifest lists of it (N-1, N-5).
pub struct SnapshotFile {
    pub bytes: Vec<u8>,
    pub buffers: Vec<(usize, usize, u32)>,
    pub rest: u32,
}

/// Encodes columns as one batch, with the footer's checksum (B-7).
pub fn snapshot_file(schema: Schema, columns: Vec<ArrayRef>) -> Result<SnapshotFile> {
    let batch = RecordBatch::try_new(Arc::new(schema), columns)?;
    let mut writer = FileWriter::try_new_with_options(vec![], &batch.schema(), options()?)?;
    writer.write(&batch)?;
    writer.write_metadata("aw.footer_crc", ZEROS);
    let mut bytes = first_message_at_8(writer.into_inner()?)?;

    let tail = bytes.len() - 10;
    let start = tail - i32::from_le_bytes(bytes[tail..tail + 4].try_into()?) as usize;
    let footer = root_as_footer(&bytes[start..tail])?;
    let mut buffers = vec![];
    let mut last = 0;
    for block in footer.dictionaries().iter().flatten().chain(footer.recordBatches().iter().flatten()) {
        let from = block.offset() as usize;
        let body = from + block.metaDataLength() as usize;
        last = body + block.bodyLength() as usize;
        let message = root_as_message(&bytes[from + 8..body])?;
        let data = match message.header_as_dictionary_batch() {
            Some(dictionary) => dictionary.data(),
            None => message.header_as_record_batch(),
        };
        for buffer in data.and_then(|d| d.buffers()).iter().flatten().filter(|b| b.length() > 0) {
            let (at, length) = (body + buffer.offset() as usize, buffer.length() as usize);
            assert_eq!(at % 64, 0, "buffers are aligned (N-1)");
            buffers.push((at, length, crc32fast::hash(&bytes[at..at + length])));
        }
    }
    let pairs = footer.custom_metadata().ok_or("no footer metadata")?;
    let value = pairs.iter().find(|p| p.key() == Some("aw.footer_crc")).and_then(|p| p.value()).ok_or("no CRC")?;
    let digits = value.as_ptr() as usize - bytes.as_ptr() as usize;
    let crc = crc32fast::hash(&bytes[last..]);
    bytes[digits..digits + 8].copy_from_slice(format!("{crc:08x}").as_bytes());

    let mut rest = crc32fast::Hasher::new();
    let mut end = 0;
    for &(at, length, _) in &buffers {
        rest.update(&bytes[end..at]);
        end = at + length;
    }
    rest.update(&bytes[end..]);
    Ok(SnapshotFile { rest: rest.finalize(), bytes, buffers })
}

/// arrow-rs pads the magic to the alignment of buffers, but the first message stands at byte 8 (B-9): the schema message
/// takes that padding to its own end, so everything behind it stays in place.
fn first_message_at_8(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let first = bytes[8..].iter().position(|&b| b == 0xFF).ok_or("no message")? + 8;
    let padding = first - 8;
    let length = i32::from_le_bytes(bytes[first + 4..first + 8].try_into()?) as usize;
    let end = first + 8 + length;
    bytes.copy_within(first..end, 8);
    bytes[end - padding..end].fill(0);
    bytes[12..16].copy_from_slice(&((length + padding) as i32).to_le_bytes());
    Ok(bytes)
}

/// A field without nulls (S-10).
pub fn field(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}
