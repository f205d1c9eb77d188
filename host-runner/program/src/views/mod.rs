//! Views of a report: pure functions of it.

mod appearance;
mod badge;
mod by_guest;
mod compare;
mod difference;
mod github;
mod html;
mod junit;
mod markdown;
mod matrix;
mod words;

pub use badge::{badge, shields};
pub use by_guest::by_guest;
pub use compare::Comparison;
pub use github::github;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
