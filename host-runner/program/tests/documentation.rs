//! What the documentation names is there.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every page, by its path.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![
        root().join("README.md"),
        root().join("CHANGELOG.md"),
        root().join("CONTRIBUTING.md"),
        root().join("expectations/README.md"),
    ];
    let is_page = |it: &PathBuf| it.extension().is_some_and(|it| it == "md");
    let folder = fs::read_dir(root().join("docs")).unwrap();
    pages.extend(folder.map(|it| it.unwrap().path()).filter(is_page));
    pages
}

/// The links of a page, and the anchors of its headings as GitHub makes them.
fn links_and_anchors(text: &str) -> (Vec<String>, BTreeSet<String>) {
    let mut links = Vec::new();
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let words = heading.take().unwrap_or_default().to_lowercase();
                let kept = words.chars().filter_map(|it| match it {
                    ' ' => Some('-'),
                    it => (it.is_alphanumeric() || "-_".contains(it)).then_some(it),
                });
                anchors.insert(kept.collect());
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    (links, anchors)
}

#[test]
fn links_lead_somewhere() {
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links_and_anchors(&text).0 {
            if link.starts_with("https://") {
                continue;
            }
            count += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(path)
            };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let anchors = links_and_anchors(&fs::read_to_string(target).unwrap()).1;
                assert!(anchors.contains(anchor), "{}: {link}", page.display());
            }
        }
    }
    assert!(count > 30, "{count} links were looked at");
}

/// The page about formats names each that `schema` prints.
#[test]
fn every_format_has_its_place() {
    let page = fs::read_to_string(root().join("docs/formats.md")).unwrap();
    for format in ["report", "implementation", "baseline", "expectations"] {
        let named = format!("`schema {format}`");
        assert!(page.contains(&named), "{named}");
    }
}
