//! Judges a call on a socket by the cells of the states that it can be in.

use super::super::model::Role;
use super::super::model::is_about_option;
use super::super::{Answer, BindTo, Call, Condition, Port, RuleName, SocketId, State, call_name};
use super::world::{self, Broken, Candidate};
use super::{Contradiction, Replay, only_expected};
use crate::Family;

impl Replay<'_> {
    /// Judges a call by the cells of the states that the socket can be in.
    pub(super) fn on_socket(
        &mut self,
        call: &Call,
        id: SocketId,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let model = self.model;
        let Some(name) = call_name(call) else {
            return Ok(());
        };
        let waits = call.to_string().ends_with('!');
        self.may_have_ended(id);
        let candidates = match self.world.sockets.get(&id) {
            Some(socket) => socket.candidates.clone(),
            None => return Ok(()),
        };
        if let Some(only) = only_expected(&candidates) {
            let taken = format!("{} {name}", only.state);
            let role = match &Role::of(only.state) {
                [role] => *role,
                _ if self.holds(Condition::ListenHasFailed, id) => Role::Listener,
                _ => Role::Client,
            };
            let coverage = &mut self.replayed.coverage;
            if is_about_option(&name) {
                coverage.role(&taken, role);
            }
            coverage.cell(taken);
        }
        let mut next: Vec<Candidate> = Vec::new();
        let mut allowed = Vec::new();
        let mut rule_broken = None;
        for candidate in &candidates {
            let Some(rules) = model.cell(candidate.state, &name) else {
                continue;
            };
            for option in &rules.answers {
                if !option.when.is_none_or(|when| self.holds(when, id)) {
                    continue;
                }
                let blocks = Answer::Error("would-block".to_owned());
                let accepts = match (&option.is, option.rule) {
                    (Some(pattern), _) => {
                        allowed.push(serde_json::to_string(pattern).unwrap_or_default());
                        pattern.matches(&answer.to_value(), &model.codes)
                            && !(waits && *answer == blocks)
                    }
                    (None, Some(rule)) => match self.keeps(rule, id, call, answer) {
                        Ok(()) => true,
                        Err(broken) => {
                            allowed.extend(broken.allowed.iter().cloned());
                            rule_broken.get_or_insert(broken.rule);
                            false
                        }
                    },
                    (None, None) => false,
                };
                if !accepts {
                    continue;
                }
                let cites = option.cites.clone();
                let cites = cites.or_else(|| {
                    let fitting = self.cited(candidate.state, &name, id, answer);
                    fitting.map(str::to_owned)
                });
                let deviates = cites.clone().filter(|_| option.deviates);
                let deviates = candidate.deviates.clone().or(deviates);
                let same = [candidate.state];
                let states = if option.next.is_empty() {
                    &same[..]
                } else {
                    &option.next
                };
                let states = states.iter().map(|state| (*state, deviates.clone()));
                let others = option.otherwise.iter();
                let others = others.map(|state| (*state, cites.clone()));
                for (state, deviates) in states.chain(others) {
                    let new = Candidate { state, deviates };
                    match next.iter_mut().find(|it| it.state == state) {
                        Some(known) if new.deviates.is_none() => *known = new,
                        Some(_) => {}
                        None => next.push(new),
                    }
                }
            }
        }
        if next.is_empty() {
            if let Some(rule) = rule_broken {
                return Err(Broken {
                    rule,
                    allowed,
                    pollable: None,
                });
            }
            let cites = self.cited_by(&candidates, &name, id, answer);
            self.report(call, name, answer, allowed, cites, &candidates);
            return Ok(());
        }
        self.settle(call, id, answer, next, &candidates, allowed);
        Ok(())
    }

    /// Takes over what a socket can be now, and notes a deviation.
    pub(super) fn settle(
        &mut self,
        call: &Call,
        id: SocketId,
        answer: &Answer,
        mut next: Vec<Candidate>,
        before: &[Candidate],
        allowed: Vec<String>,
    ) {
        if let (Some(old), Some(new)) = (only_expected(before), only_expected(&next))
            && old.state != new.state
            && let Some(name) = call_name(call)
        {
            self.forget_buffers(id);
            if let Some(own) = self.world.sockets.get_mut(&id) {
                own.moved_at = self.world.now;
            }
            let coverage = &mut self.replayed.coverage;
            coverage.transition(format!("{} {name} > {}", old.state, new.state));
        }
        if next.iter().all(|it| it.deviates.is_some()) {
            let requirement = next[0].deviates.clone().unwrap_or_default();
            let name = super::told::cell_name(call);
            let deviation = self.contradiction(call, name, answer, before);
            self.replayed.deviations.push(Contradiction {
                allowed,
                requirement,
                ..deviation
            });
            for candidate in &mut next {
                candidate.deviates = None;
            }
        }
        if let Some(socket) = self.world.sockets.get_mut(&id) {
            socket.candidates = next;
        }
    }

    pub(super) fn holds(&self, condition: Condition, id: SocketId) -> bool {
        let world = &self.world;
        let Some(own) = world.sockets.get(&id) else {
            return false;
        };
        let listens = |other: &world::Socket| other.may_be(|state| state == State::Listening);
        let attempt = own.attempt.as_ref();
        match condition {
            Condition::BindCanSucceed => {
                // The bind may be made when it is started, or when it is finished.
                let is_taken = own.bind_taken && world.is_taken(id);
                own.bind != Some(BindTo::Other) && !is_taken
            }
            Condition::BindCanFail => {
                matches!(own.bind, Some(BindTo::Other | BindTo::PortOf(_)))
            }
            Condition::ListenCanSucceed => {
                !world.shares_address(id, |other| listens(other) && other.bind == own.bind)
            }
            Condition::ListenCanFail => {
                world.shares_address(id, |_| true) || matches!(own.bind, Some(BindTo::PortOf(_)))
            }
            Condition::ConnectCanSucceed => attempt.is_some_and(|attempt| attempt.may_succeed),
            Condition::ConnectCanFail => attempt.is_none_or(|attempt| attempt.may_fail),
            Condition::AClientMayWait => own.may_have_client(),
            Condition::NoClientMayWait => {
                !own.told_ready || own.clients.iter().any(|client| client.left)
            }
            Condition::AClientMayHaveLeft => own.clients.iter().any(|client| client.left),
            Condition::MayGoOn => !own.told_ready,
            Condition::BindsToOther => own.bind == Some(BindTo::Other),
            Condition::BindsToWildcard => own.bind == Some(BindTo::Any),
            Condition::BindsToPort => matches!(own.bind, Some(BindTo::PortOf(_))),
            Condition::NobodyListens => {
                attempt.is_some_and(|attempt| !attempt.is_bad && !attempt.may_succeed)
            }
            Condition::BadAddress => attempt.is_some_and(|attempt| attempt.is_bad),
            Condition::BindHasFailed => own.bind_has_failed,
            Condition::ListenHasFailed => own.listen_has_failed,
            Condition::AcceptHasFailed => own.accept_has_failed,
            Condition::MayHaveEnded => self.may_be_over(id),
            Condition::WasShut => own.streams.in_shut || own.streams.out_shut,
        }
    }

    /// Whether an answer keeps a rule that a cell names.
    pub(super) fn keeps(
        &self,
        rule: RuleName,
        id: SocketId,
        call: &Call,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let Some(own) = self.world.sockets.get(&id) else {
            return Ok(());
        };
        let fails = |allowed: String| Err(Broken::new(rule, allowed));
        match (rule, answer) {
            (RuleName::Family, Answer::Family(family)) if *family == own.family => Ok(()),
            (RuleName::Family, _) => fails(own.family.to_string()),
            (RuleName::LocalAddressIfBound, answer) if !own.bound => match answer {
                Answer::Address { .. } | Answer::Error(_) => Ok(()),
                _ => fails("an address or an error".to_owned()),
            },
            (RuleName::LocalAddress | RuleName::LocalAddressIfBound, answer) => {
                let expected = match own.bind {
                    None | Some(BindTo::Loopback | BindTo::PortOf(_)) => Some(true),
                    // While it connects, and afterwards, the wildcard may be concrete.
                    Some(_) if rule == RuleName::LocalAddressIfBound => None,
                    Some(_) if own.may_be(State::is_connected) => None,
                    Some(_) => Some(false),
                };
                self.is_address(rule, own.family, expected, Some(own.port), answer)
            }
            (RuleName::RemoteAddress, answer) => {
                self.is_address(rule, own.family, Some(true), own.remote, answer)
            }
            (RuleName::OptionValue, answer) => self.is_value(id, call, answer),
            (RuleName::AnyAddress, Answer::Address { .. })
            | (RuleName::AnyValue, Answer::Number(_) | Answer::Bool(_)) => Ok(()),
            (RuleName::ReadyOnceFinished, Answer::Bool(ready)) => {
                if *ready || !own.told_ready {
                    return Ok(());
                }
                fails("true, as before".to_owned())
            }
            (RuleName::ReadyWithAClient, Answer::Bool(true)) => {
                if own.may_have_client() {
                    return Ok(());
                }
                let allowed = "false, since no client waits";
                Err(Broken::new(RuleName::NotReadyWithoutAClient, allowed))
            }
            (RuleName::ReadyWithAClient, Answer::Bool(false)) => {
                if self.holds(Condition::NoClientMayWait, id) {
                    return Ok(());
                }
                fails("true, since a client waits".to_owned())
            }
            _ => fails(self.model.rules[&rule].says.clone()),
        }
    }

    /// Whether an answer is an address: loopback, wildcard or any, and of this port.
    pub(super) fn is_address(
        &self,
        rule: RuleName,
        family: Family,
        loopback: Option<bool>,
        port: Option<usize>,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let ips = match family {
            Family::Ipv4 => ["0.0.0.0", "127.0.0.1"],
            Family::Ipv6 => ["::", "::1"],
        };
        let ip_allowed = loopback.map(|it| ips[usize::from(it)]);
        let known = port.and_then(|port| self.world.ports[port].as_ref());
        if let Answer::Address { ip, port } = answer
            && *port != Port::Zero
            && ip_allowed.is_none_or(|allowed| allowed == ip)
            && known.is_none_or(|known| known == port)
        {
            return Ok(());
        }
        let ip = ip_allowed.unwrap_or("an address of the host");
        let port = known.map_or_else(|| "a port".to_owned(), |it| format!("the port {it}"));
        Err(Broken::new(rule, format!("{ip} and {port}")))
    }
}
