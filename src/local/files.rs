//! Local files to load: one file by its name, or all files in a folder and in the folders below it.

use std::io;
use std::path::{Path, PathBuf};

/// A file, or what cannot be read and why.
pub type FoundFile = Result<PathBuf, (PathBuf, io::Error)>;

/// The files under `path`, in order: itself, whatever it is, or the files in the folder and the folders in it. Hidden entries,
/// pipes and devices are passed over, and links to folders are not followed: they may lead back.
pub fn files_under(path: &Path) -> Vec<FoundFile> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => files_in(path),
        Ok(_) => vec![Ok(path.to_owned())],
        Err(error) => vec![Err((path.to_owned(), error))],
    }
}

fn files_in(folder: &Path) -> Vec<FoundFile> {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => return vec![Err((folder.to_owned(), error))],
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.append(&mut files_in(&path)),
            Ok(kind) if kind.is_file() => found.push(Ok(path)),
            Ok(kind) if kind.is_symlink() && path.is_file() => found.push(Ok(path)),
            Ok(_) => {}
            Err(error) => found.push(Err((path, error))),
        }
    }
    found
}
