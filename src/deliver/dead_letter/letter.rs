//! One record of a document that OpenSearch refused for good.

use base64_simd::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::bytes::hex::hex;
use crate::bytes::slice;
use crate::deliver::bulk::fault::Fault;
use crate::read::object::line::LineNumber;
use crate::trigger::object_ref::LineRange;

/// The version of the format that is written.
pub const FORMAT: u32 = 1;

/// What the name of a file of records ends in.
pub(crate) const EXTENSION: &str = ".ndjson.gz";

/// Bytes of the SHA-256 that a file of records is named by.
const NAME_BYTES: usize = 16;

/// A document that was refused in its own form and in its raw form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line that it was made of.
    pub line: LineNumber,
    /// That line as it stood in the object, where lines are kept.
    pub raw_line: Option<Vec<u8>>,
    /// The index that it was sent to.
    pub index: String,
    /// Its id.
    pub id: String,
    /// The document in its own form: JSON.
    pub document: Vec<u8>,
    /// Why.
    pub fault: Fault,
}

/// Where refused documents come from: a part of an object, loaded by a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterOrigin {
    /// The bucket; nothing for a local file.
    pub bucket: Option<String>,
    /// The key, or the file's path.
    pub key: String,
    /// The object's version, where the event names one.
    pub version: Option<String>,
    /// The object's ETag: of another content it is another one.
    pub etag: Option<String>,
    /// The lines that were asked for.
    pub lines: Option<LineRange>,
    /// SHA-256 of the effective configuration, in hexadecimal digits.
    pub config: String,
}

impl LetterOrigin {
    /// The name of the file of records: the same whenever the same part of the same object is loaded again, so that the later try's
    /// file takes the place of the earlier one's. Keys may hold anything and be of any length, so the name is made of a hash.
    pub fn file_name(&self) -> String {
        let mut hasher = Sha256::new();
        let lines = self.lines.map(|lines| format!("{}-{:?}", lines.start, lines.end));
        let content = self.version.as_ref().or(self.etag.as_ref());
        for part in [self.bucket.as_ref(), Some(&self.key), content, lines.as_ref()] {
            // No part can hold the mark that ends it: neither names nor keys have that byte.
            hasher.update([u8::from(part.is_some())]);
            hasher.update(part.map_or("", String::as_str));
            hasher.update([0xff]);
        }
        format!("{}{EXTENSION}", hex(slice::bytes(&hasher.finalize(), ..NAME_BYTES)))
    }
}

/// One record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The version of the format: [`FORMAT`].
    pub format: u32,
    /// When the document was refused: RFC 3339, UTC.
    pub time: String,
    /// The version of es-loader that wrote this.
    pub loader: String,
    /// SHA-256 of the configuration that the document was made by.
    pub config: String,
    /// The bucket; nothing for a local file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The key, or the file's path.
    pub key: String,
    /// The object's version, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The line's number in the object, counted from 1.
    pub line: u64,
    /// The line, where it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The line in base64, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_base64: Option<String>,
    /// The index that the document was sent to.
    pub index: String,
    /// Its id.
    pub id: String,
    /// HTTP status of the refusal.
    pub status: u16,
    /// OpenSearch's name for the error; empty where it gave none.
    #[serde(rename = "type")]
    pub error_type: String,
    /// What OpenSearch said. May quote the document.
    pub reason: String,
    /// The document in its own form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Box<RawValue>>,
}

impl DeadLetter {
    /// The record of a document.
    pub fn new(refused: Refused, origin: &LetterOrigin, time: Timestamp) -> Self {
        let (raw, raw_base64) = match refused.raw_line.map(String::from_utf8) {
            None => (None, None),
            Some(Ok(text)) => (Some(text), None),
            Some(Err(bytes)) => (None, Some(STANDARD.encode_to_string(bytes.as_bytes()))),
        };
        Self {
            format: FORMAT,
            time: time.to_string(),
            loader: env!("CARGO_PKG_VERSION").to_owned(),
            config: origin.config.clone(),
            bucket: origin.bucket.clone(),
            key: origin.key.clone(),
            version: origin.version.clone(),
            line: refused.line.0,
            raw,
            raw_base64,
            index: refused.index,
            id: refused.id,
            status: refused.fault.status,
            error_type: refused.fault.error_type,
            reason: refused.fault.reason,
            document: serde_json::from_slice(&refused.document).ok(),
        }
    }

    /// Reads a line of NDJSON.
    ///
    /// # Errors
    ///
    /// What is no record, or one of a later format.
    pub fn read(line: &[u8]) -> Result<Self, ReadError> {
        // The format says what other fields there are, so it is read first.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let Head { format } = serde_json::from_slice(line)?;
        if format != FORMAT {
            return Err(ReadError::Format(format));
        }
        Ok(serde_json::from_slice(line)?)
    }

    /// Writes the record as a line of NDJSON, with its line end.
    pub fn write(&self, out: &mut Vec<u8>) {
        // Neither these types nor memory can fail to take it.
        let _ = serde_json::to_writer(&mut *out, self);
        out.push(b'\n');
    }

    /// The line as it stood in the object, where it was kept.
    pub fn raw_line(&self) -> Option<Vec<u8>> {
        match (&self.raw, &self.raw_base64) {
            (Some(text), _) => Some(text.clone().into_bytes()),
            (None, Some(text)) => STANDARD.decode_to_vec(text).ok(),
            (None, None) => None,
        }
    }
}

/// Why a line is no record.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or a field is missing.
    #[error("not a dead letter: {0}")]
    Json(#[from] serde_json::Error),
    /// A later version of es-loader wrote it.
    #[error("dead letter of format {0}, but only format {FORMAT} is known: use the es-loader that wrote it")]
    Format(u32),
}
