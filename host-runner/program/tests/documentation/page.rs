//! The pages of the documentation.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A page.
pub(super) struct Page {
    /// Its path in the repository.
    pub(super) name: String,
    pub(super) text: String,
}

/// A block that is fenced.
pub(super) struct Block {
    /// The line of the fence, counted from 1.
    pub(super) line: usize,
    /// The words of the fence: `console,ignore`.
    pub(super) info: String,
    pub(super) text: String,
}

impl Page {
    /// Every page.
    pub(super) fn all() -> io::Result<Vec<Self>> {
        let mut names = [
            "README.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "expectations/README.md",
        ]
        .map(str::to_owned)
        .to_vec();
        for entry in WalkDir::new(root().join("docs")) {
            let path = entry?.into_path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(root()).unwrap_or(&path);
                names.push(name.to_string_lossy().into_owned());
            }
        }
        names.sort_unstable();
        names.iter().map(|name| Self::read(name)).collect()
    }

    pub(super) fn read(name: &str) -> io::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            text: fs::read_to_string(root().join(name))?,
        })
    }

    pub(super) fn events(&self) -> Parser<'_> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES)
    }

    /// Its blocks that are fenced.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (event, range) in self.events().into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    open = Some(Block {
                        line: 1 + self.text[..range.start].matches('\n').count(),
                        info: info.to_string(),
                        text: String::new(),
                    });
                }
                Event::Text(text) => {
                    if let Some(block) = &mut open {
                        block.text.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
                _ => {}
            }
        }
        blocks
    }
}
