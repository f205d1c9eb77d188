//! Views of a report: pure functions of it.

mod appearance;
mod badge;
mod compare;
mod github;
mod html;
mod junit;
mod markdown;
mod matrix;
mod words;

pub(crate) use badge::{badge, shields};
pub(crate) use compare::Comparison;
pub(crate) use github::github;
pub(crate) use html::html;
pub(crate) use junit::junit;
pub(crate) use markdown::markdown;
