//! What came of a case: what the guest saw, or how it failed to say.

use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// The outcome of one case under one implementation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observation {
    /// The guest saw this.
    Seen(Value),
    /// A step of the guest's set-up was refused.
    Blocked {
        /// The step.
        step: String,
        /// The error code.
        code: String,
    },
    /// The guest trapped; the step it was at.
    Trapped {
        /// The last step that the guest printed.
        step: String,
    },
    /// The runtime ended in a way that is neither its success nor its trap.
    Crashed {
        /// The signal or the exit code.
        how: String,
        /// The last step that the guest printed, if it came to print one.
        step: Option<String>,
    },
    /// The time limit passed.
    TimedOut {
        /// The last step that the guest printed, if it came to print one.
        step: Option<String>,
    },
    /// The runtime ended as if all were well, and no result came.
    Silent {
        /// The last step that the guest printed, if it came to print one.
        step: Option<String>,
    },
    /// The runtime ended before the guest printed anything: the component
    /// was not instantiated, or its output did not arrive.
    NotStarted {
        /// How it ended.
        how: String,
    },
    /// The output is not what a guest prints.
    Garbled {
        /// Why.
        why: String,
    },
    /// The suite or the adapter failed; it says nothing of the implementation.
    Unobserved {
        /// What went wrong.
        why: String,
    },
}

impl Observation {
    /// The observation as reports and baselines spell it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let at = |step: &Option<String>| step.as_ref().map_or(String::new(), |it| format!("@{it}"));
        match self {
            Self::Seen(value) => value.clone(),
            Self::Blocked { step, code } => format!("blocked:{step}:{code}").into(),
            Self::Trapped { step } => format!("trap:{step}").into(),
            Self::Crashed { how, step } => format!("crash:{how}{}", at(step)).into(),
            Self::TimedOut { step } => format!("timeout{}", at(step)).into(),
            Self::Silent { step } => format!("silent{}", at(step)).into(),
            Self::NotStarted { how } => format!("not-started:{how}").into(),
            Self::Garbled { why } => format!("garbled:{why}").into(),
            Self::Unobserved { why } => format!("unobserved:{why}").into(),
        }
    }

    /// What happened, in words, where the guest did not say what it saw.
    #[must_use]
    pub fn explanation(&self) -> Option<String> {
        let at = |step: &Option<String>| match step {
            Some(step) => format!("at the step `{step}`"),
            None => "before the guest printed anything".to_owned(),
        };
        Some(match self {
            Self::Seen(_) => return None,
            Self::Blocked { step, code } => {
                format!("the set-up stopped: {step} answered {code}")
            }
            Self::Trapped { step } => format!("the guest trapped at the step `{step}`"),
            Self::Crashed { how, step } => format!("the runtime ended with {how}, {}", at(step)),
            Self::TimedOut { step } => format!("the time limit passed {}", at(step)),
            Self::Silent { step } => {
                format!("the runtime ended without a result, {}", at(step))
            }
            Self::NotStarted { how } => {
                format!("the runtime ended with {how} before the guest printed anything")
            }
            Self::Garbled { why } | Self::Unobserved { why } => why.clone(),
        })
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_value().fmt(f)
    }
}

impl Serialize for Observation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}
