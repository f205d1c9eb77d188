//! Links lead somewhere: to a file, to a heading of a page.

use super::page::{Page, root};
use libtest_mimic::{Failed, Trial};
use pulldown_cmark::{Event, Tag, TagEnd};
use std::collections::BTreeSet;
use std::path::Path;

/// How many links of a page are looked at.
pub(super) fn count(page: &Page) -> usize {
    links(page).len()
}

/// The test of a page.
pub(super) fn test(page: &Page) -> Trial {
    let dead: Vec<_> = links(page)
        .into_iter()
        .filter(|link| !leads_somewhere(page, link))
        .collect();
    Trial::test(format!("links::{}", page.name), move || {
        if dead.is_empty() {
            return Ok(());
        }
        Err(Failed::from(format!(
            "these lead nowhere: {}",
            dead.join(" ")
        )))
    })
}

/// The links of a page that stay in the repository.
fn links(page: &Page) -> Vec<String> {
    let link = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.to_string())
        }
        _ => None,
    };
    let links = page.events().filter_map(link);
    links.filter(|link| !link.starts_with("https://")).collect()
}

fn leads_somewhere(page: &Page, link: &str) -> bool {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(&page.name).parent().unwrap_or(Path::new(""));
    let target = match path {
        "" => page.name.clone(),
        path => folder.join(path).display().to_string(),
    };
    if !root().join(&target).exists() {
        return false;
    }
    anchor.is_empty() || Page::read(&target).is_ok_and(|page| anchors(&page).contains(anchor))
}

/// The anchors of the headings of a page, as GitHub makes them.
fn anchors(page: &Page) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in page.events() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let words = heading.take().unwrap_or_default().to_lowercase();
                let kept = words.chars().filter_map(|character| match character {
                    ' ' => Some('-'),
                    '-' | '_' => Some(character),
                    _ => character.is_alphanumeric().then_some(character),
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
    anchors
}
