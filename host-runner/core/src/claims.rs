//! What an implementation claims, and which trials follow from it.

use crate::{Call, Expectation, Family, HostFacts, Need, Policy, Rule, TrialName, WasiVersion};

/// What an implementation claims to have. Trials about anything else are not
/// applicable to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The latest version of each generation of WASI that it has.
    pub wasi: Vec<WasiVersion>,
    /// The address families that it has.
    pub families: Vec<Family>,
    /// The policies that a guest can be run under.
    pub policies: Vec<Policy>,
    /// Whether guests have a loopback network of their own, where nobody outside listens.
    pub own_loopback: bool,
    /// The system calls that it makes itself, whatever its guests do: where one of them
    /// fails, it ends, and that says nothing of a guest.
    #[doc(hidden)]
    pub own_calls: Vec<Call>,
}

impl Claims {
    /// The claims of an implementation that has these versions of WASI, both
    /// families and the policies that are common: [`Policy::Allowed`],
    /// [`Policy::Denied`] and [`Policy::DeniedAddresses`].
    pub fn new(wasi: impl IntoIterator<Item = WasiVersion>) -> Self {
        Self {
            wasi: wasi.into_iter().collect(),
            families: Family::ALL.to_vec(),
            policies: Policy::COMMON.to_vec(),
            own_loopback: false,
            own_calls: Vec::new(),
        }
    }

    /// The same with these families alone.
    #[must_use]
    pub fn with_families(mut self, families: impl Into<Vec<Family>>) -> Self {
        self.families = families.into();
        self
    }

    /// The same with these policies alone.
    #[must_use]
    pub fn with_policies(mut self, policies: impl Into<Vec<Policy>>) -> Self {
        self.policies = policies.into();
        self
    }

    /// The same, whose guests have a loopback network of their own.
    #[must_use]
    pub fn with_own_loopback(self) -> Self {
        Self {
            own_loopback: true,
            ..self
        }
    }

    /// The same, which makes these system calls itself.
    #[doc(hidden)]
    #[must_use]
    pub fn with_own_calls(self, own_calls: impl Into<Vec<Call>>) -> Self {
        Self {
            own_calls: own_calls.into(),
            ..self
        }
    }

    /// A system call that the implementation makes itself, and that the fault of a trial
    /// fails.
    fn own_call_that_fails(&self, trial: &TrialName) -> Option<Call> {
        let Rule::Fails { calls, .. } = trial.settings.fault?.rule else {
            return None;
        };
        let mut calls = calls.iter().copied();
        calls.find(|call| self.own_calls.contains(call))
    }

    /// The policy that shows whether a guest runs at all: of those that are claimed, the
    /// first that lets it create sockets, if one does. None if none is claimed.
    #[doc(hidden)]
    #[must_use]
    pub fn plainest_policy(&self) -> Option<Policy> {
        let creates = |policy: &&Policy| **policy != Policy::Denied;
        let plainest = self.policies.iter().filter(creates).min();
        plainest.or(self.policies.first()).copied()
    }
}

/// The families that a trial uses.
fn families(trial: &TrialName, expectation: &Expectation) -> impl Iterator<Item = Family> {
    let (own, both) = (trial.family, expectation.both_families);
    Family::ALL
        .into_iter()
        .filter(move |family| *family == own || both)
}

/// What a trial needs of the host.
pub fn needs(trial: &TrialName, expectation: &Expectation) -> Vec<Need> {
    let fault = trial.settings.fault.map(Need::Fault);
    let loopbacks = families(trial, expectation).map(Need::Loopback);
    fault.into_iter().chain(loopbacks).collect()
}

/// Whether an implementation with these claims can be judged by a trial,
/// whatever the host is.
///
/// # Errors
/// The reason why not. `name` is that of the implementation.
pub fn is_claimed(
    name: &str,
    claims: &Claims,
    trial: &TrialName,
    expectation: &Expectation,
) -> Result<(), String> {
    let mut versions = claims.wasi.iter();
    let Some(claimed) = versions.find(|version| version.generation == trial.generation) else {
        return Err(format!("{name} claims no WASI {}", trial.generation));
    };
    if trial.settings.version.is_some_and(|asked| asked > *claimed) {
        return Err(format!("{name} claims WASI {claimed}"));
    }
    let policy = trial.settings.policy;
    if !claims.policies.contains(&policy) {
        return Err(format!("{name} provides no policy `{policy}`"));
    }
    if let Some(family) = families(trial, expectation).find(|it| !claims.families.contains(it)) {
        return Err(format!("{name} claims no {family}"));
    }
    if let Some(call) = claims.own_call_that_fails(trial) {
        return Err(format!(
            "{name} claims to need {call} itself, so that the fault would not be one of the guest"
        ));
    }
    match (expectation.own_loopback, claims.own_loopback) {
        (true, false) => Err(format!("{name} claims no loopback network of its own")),
        (false, true) if expectation.listener.is_some() => Err(format!(
            "{name} claims that guests have a loopback network of their own, where the listener \
             of the runner is not"
        )),
        _ => Ok(()),
    }
}

/// Whether an implementation with these claims can be judged by a trial on this
/// host.
///
/// # Errors
/// The reason why not. `name` is that of the implementation.
pub fn applicable(
    name: &str,
    claims: &Claims,
    trial: &TrialName,
    expectation: &Expectation,
    host: &HostFacts,
) -> Result<(), String> {
    is_claimed(name, claims, trial, expectation)?;
    if let Some(hosts) = &expectation.hosts {
        hosts.include(&host.os)?;
    }
    needs(trial, expectation)
        .into_iter()
        .try_for_each(|need| host.has(need))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;
    use serde_json::json;

    #[test]
    fn what_is_applicable_follows_from_claims_trial_and_host() {
        let claims = Claims::new(["0.2.6".parse().unwrap()]).with_policies([Policy::Allowed]);
        let ipv4 = claims.clone().with_families([Family::Ipv4]);
        let host = HostFacts::new([
            (Need::Fault(Fault::named("fd-limit").unwrap()), Ok(())),
            (Need::Loopback(Family::Ipv4), Ok(())),
            (Need::Loopback(Family::Ipv6), Err("no IPv6 here".to_owned())),
        ]);
        for (claims, trial, both, expected) in [
            (&claims, "0.2/a::b::ipv4", false, Ok(())),
            (&claims, "0.2/a::b::ipv4@fd-limit,wasi-0.2.6", false, Ok(())),
            (
                &claims,
                "0.3/a::b::ipv4",
                false,
                Err("mine claims no WASI 0.3"),
            ),
            (
                &claims,
                "0.2/a::b::ipv4@wasi-0.2.7",
                false,
                Err("mine claims WASI 0.2.6"),
            ),
            (
                &claims,
                "0.2/a::b::ipv4@denied",
                false,
                Err("mine provides no policy `denied`"),
            ),
            (&claims, "0.2/a::b::ipv6", false, Err("no IPv6 here")),
            (&claims, "0.2/a::b::ipv4", true, Err("no IPv6 here")),
            (&ipv4, "0.2/a::b::ipv6", false, Err("mine claims no ipv6")),
        ] {
            let expectation = json!({ "case": "b", "both-families": both, "cites": ["a.b"] });
            let expectation = serde_json::from_value(expectation).unwrap();
            let found = applicable("mine", claims, &trial.parse().unwrap(), &expectation, &host);
            assert_eq!(found, expected.map_err(str::to_owned), "{trial}");
        }
    }

    #[test]
    fn a_fault_of_a_call_that_the_implementation_needs_itself_is_not_the_guests() {
        let claims = Claims::new(["0.2.6".parse().unwrap()]);
        let needs_two = claims.clone().with_own_calls([Call::Bind, Call::Listen]);
        let expectation = serde_json::from_value(json!({ "case": "b", "cites": ["a.b"] })).unwrap();
        let is_claimed = |claims: &Claims, fault: &str| {
            let trial = format!("0.2/a::b::ipv4@{fault}").parse().unwrap();
            is_claimed("mine", claims, &trial, &expectation)
        };
        let lacks = |call: &str| {
            let why = "itself, so that the fault would not be one of the guest";
            Err(format!("mine claims to need {call} {why}"))
        };
        for (fault, expected) in [
            ("bind-eio", lacks("bind(2)")),
            ("listen-eacces", lacks("listen(2)")),
            // It fails several calls.
            ("no-endpoints", lacks("bind(2)")),
            ("accept-eio", Ok(())),
            ("socket-emfile", Ok(())),
            ("fd-limit", Ok(())),
            ("wasi-0.2.6", Ok(())),
        ] {
            assert_eq!(is_claimed(&needs_two, fault), expected, "{fault}");
            assert_eq!(is_claimed(&claims, fault), Ok(()), "{fault}");
        }
    }

    #[test]
    fn guests_with_a_loopback_of_their_own_are_asked_whether_it_is() {
        let shared = Claims::new(["0.2.6".parse().unwrap()]);
        let own = shared.clone().with_own_loopback();
        let lacks = "mine claims no loopback network of its own";
        let unreached = "mine claims that guests have a loopback network of their own, where the \
                         listener of the runner is not";
        for (fields, of_shared, of_own) in [
            (json!({}), Ok(()), Ok(())),
            (json!({ "listener": "waits" }), Ok(()), Err(unreached)),
            (
                json!({ "listener": "waits", "own-loopback": true }),
                Err(lacks),
                Ok(()),
            ),
        ] {
            let mut expectation = json!({ "case": "b", "cites": ["a.b"] });
            let more = fields.as_object().unwrap().clone();
            expectation.as_object_mut().unwrap().extend(more);
            let expectation = serde_json::from_value(expectation).unwrap();
            for (claims, expected) in [(&shared, of_shared), (&own, of_own)] {
                let trial = "0.2/a::b::ipv4".parse().unwrap();
                let found = is_claimed("mine", claims, &trial, &expectation);
                assert_eq!(found, expected.map_err(str::to_owned), "{fields}");
            }
        }
    }

    #[test]
    fn without_the_policy_of_most_trials_these_are_not_applicable() {
        let claims = Claims::new(["0.2.6".parse().unwrap()]).with_policies([Policy::NoBind]);
        let expectation = serde_json::from_value(json!({ "case": "b", "cites": ["a.b"] })).unwrap();
        let claimed = |trial: &str| {
            let trial = trial.parse().unwrap();
            is_claimed("mine", &claims, &trial, &expectation)
        };
        assert_eq!(claimed("0.2/a::b::ipv4@no-bind"), Ok(()));
        assert_eq!(claimed("0.2/a::b::ipv4@no-bind,fd-limit"), Ok(()));
        let lacks = Err("mine provides no policy `allowed`".to_owned());
        assert_eq!(claimed("0.2/a::b::ipv4"), lacks);
        assert_eq!(claimed("0.2/a::b::ipv4@fd-limit"), lacks);
    }

    #[test]
    fn the_plainest_policy_creates_sockets_if_one_does() {
        use Policy::{Allowed, Denied, DeniedAddresses, NoBind};
        let claims = Claims::new(["0.2.6".parse().unwrap()]);
        for (policies, plainest) in [
            (vec![Denied, NoBind, Allowed], Some(Allowed)),
            (vec![Denied, NoBind], Some(NoBind)),
            (vec![NoBind, DeniedAddresses], Some(DeniedAddresses)),
            (vec![Denied], Some(Denied)),
            (vec![], None),
        ] {
            let claims = claims.clone().with_policies(policies);
            assert_eq!(claims.plainest_policy(), plainest, "{claims:?}");
        }
    }

    #[test]
    fn a_host_of_another_system_need_not_keep_it() {
        let claims = Claims::new(["0.2.6".parse().unwrap()]);
        let trial = "0.2/a::b::ipv4".parse().unwrap();
        let because = "Systems adjust it.";
        let hosts = json!({ "only": ["linux", "windows"], "because": because });
        let expectation = json!({ "case": "b", "cites": ["a.b"], "hosts": hosts });
        let expectation = serde_json::from_value(expectation).unwrap();
        let mut host = HostFacts::new([(Need::Loopback(Family::Ipv4), Ok(()))]);
        for (os, is_applicable) in [
            ("linux", true),
            ("windows", true),
            ("macos", false),
            ("freebsd", false),
            ("an unknown one", false),
        ] {
            host.os = os.into();
            let found = applicable("mine", &claims, &trial, &expectation, &host);
            let expected = if is_applicable {
                Ok(())
            } else {
                Err(format!(
                    "kept on linux and windows alone, and this host is {os}: {because}"
                ))
            };
            assert_eq!(found, expected, "{os}");
        }
    }
}
