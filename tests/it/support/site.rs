//! What one test has for itself on the shared node: index names that no other test uses, and a configuration with them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use es_loader::local::settings;
use es_loader::map::compiled::CompiledSections;
use tempfile::TempDir;

use super::node::Node;

/// A test's own place; its indices and templates go when it ends well.
pub(crate) struct Site {
    pub(crate) node: Node,
    /// The index name of `[deepsecurity]`.
    pub(crate) index: String,
    folder: TempDir,
}

impl Site {
    /// A place whose index name starts with `it-`: no template but the test's own takes it.
    pub(crate) fn new(name: &str) -> Self {
        Self::named(&unique(&format!("it-{name}")))
    }

    /// A place whose index name starts with `log-`, as those of the SIEM do.
    pub(crate) fn beside_siem(name: &str) -> Self {
        Self::named(&unique(&format!("log-it-{name}")))
    }

    fn named(index: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Self { node: Node::new(), index: index.to_owned(), folder };
        std::fs::write(site.config(), site.config_text()).unwrap();
        site
    }

    /// A configuration file that gives `[deepsecurity]` this place's index name.
    pub(crate) fn config(&self) -> PathBuf {
        self.path("user.ini")
    }

    pub(crate) fn config_text(&self) -> String {
        format!("[deepsecurity]\nindex_name = {}\n", self.index)
    }

    /// The same, compiled.
    pub(crate) fn sections(&self) -> Arc<CompiledSections> {
        let files = settings::read_files(&[self.config()]).unwrap();
        Arc::new(settings::sections(&files).unwrap())
    }

    /// A file name in the test's own folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the test's own folder.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        path.parent().map(std::fs::create_dir_all).unwrap().unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// All indices of this place.
    pub(crate) fn indices(&self) -> String {
        format!("{}*", self.index)
    }

    /// All documents of this place.
    pub(crate) fn documents(&self) -> u64 {
        self.node.documents(&self.indices())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // What a failed test leaves tells why it failed.
        if !std::thread::panicking() {
            let _ = self.node.delete(&self.indices());
            let _ = self.node.delete(&format!("_index_template/{}*", self.index));
        }
    }
}

/// A name that no other test uses, of this process or of another with the same node.
pub(crate) fn unique(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let second = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    format!("{name}-{second:x}-{:x}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
