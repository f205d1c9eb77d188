//! What is told of an answer that the model does not allow, and which requirement it
//! contradicts.

use super::super::model::{ready_name, stream_call_name};
use super::super::{Answer, Call, Coverage, Part, RuleName, SocketId, State, call_name};
use super::world::{Broken, Candidate};
use super::{Contradiction, Replay};

impl Replay<'_> {
    /// The requirement that an answer in a state contradicts: one that fits better than
    /// that of the cell, if there is one.
    pub(super) fn cited(
        &self,
        state: State,
        name: &str,
        id: SocketId,
        answer: &Answer,
    ) -> Option<&str> {
        let mut fitting = self.model.fitting.iter();
        let better = fitting.find(|fits| {
            let calls = &fits.calls;
            let answer = answer.to_value();
            let accepts = fits.answer.as_ref();
            fits.states.contains(&state)
                && (calls.is_empty() || calls.iter().any(|call| call == name))
                && accepts.is_none_or(|it| it.matches(&answer, &self.model.codes))
                && fits.when.is_none_or(|when| self.holds(when, id))
        });
        let cell = self.model.cell(state, name).map(|cell| &cell.cites);
        let cited = better.map(|fits| &fits.cites).or(cell);
        cited.map(String::as_str)
    }

    /// Of the states that the socket could be in, the first that is no deviation counts.
    pub(super) fn cited_by(
        &self,
        candidates: &[Candidate],
        name: &str,
        id: SocketId,
        answer: &Answer,
    ) -> String {
        let mut expected = candidates.iter().filter(|it| it.deviates.is_none());
        let state = expected.next().or(candidates.first()).map(|it| it.state);
        let cited = state.and_then(|state| self.cited(state, name, id, answer));
        cited.unwrap_or_default().to_owned()
    }

    pub(super) fn broken(&mut self, call: &Call, answer: &Answer, broken: Broken) {
        let Broken {
            rule,
            allowed,
            pollable,
        } = broken;
        let polls = call.polls();
        let mut polls = pollable.as_ref().into_iter().chain(&polls);
        let polled = polls.find_map(|it| self.world.pollables.get(it)).cloned();
        let id = match (&polled, super::Replay::needs_port(call)) {
            (Some(polled), _) => Some(polled.socket),
            (None, Some(target)) if rule == RuleName::There => Some(target),
            (None, _) => call.uses().first().copied(),
        };
        let socket = id.and_then(|id| self.world.sockets.get(&id));
        let candidates = socket.map_or_else(Vec::new, |socket| socket.candidates.clone());
        let part = match rule {
            RuleName::PollableOfInput => Some(Part::In),
            RuleName::PollableOfOutput => Some(Part::Out),
            _ => None,
        };
        let is_address = rule == RuleName::There && super::Replay::needs_port(call).is_some();
        let name = match polled.as_ref().map(|polled| polled.part).or(part) {
            Some(part) => ready_name(part).to_owned(),
            // A socket that tells no address is skipped by those who want to go there.
            None if is_address => "local-address".to_owned(),
            None => cell_name(call),
        };
        let cites = match (&self.model.rules[&rule].cites, id) {
            (Some(cites), _) => cites.clone(),
            (None, Some(id)) => self.cited_by(&candidates, &name, id, answer),
            (None, None) => String::new(),
        };
        self.report(call, name, answer, allowed, cites, &candidates);
    }

    pub(super) fn contradiction(
        &self,
        call: &Call,
        name: String,
        answer: &Answer,
        candidates: &[Candidate],
    ) -> Contradiction {
        let states = candidates.iter().map(|it| it.state.to_string());
        Contradiction {
            index: self.world.now,
            call: call.to_string(),
            cell: name,
            answer: answer.to_string(),
            allowed: Vec::new(),
            states: states.collect(),
            requirement: String::new(),
            coverage: Coverage::default(),
        }
    }

    pub(super) fn report(
        &mut self,
        call: &Call,
        name: String,
        answer: &Answer,
        allowed: Vec<String>,
        requirement: String,
        candidates: &[Candidate],
    ) {
        if self.found.is_none() {
            self.found = Some(Contradiction {
                allowed,
                requirement,
                coverage: self.replayed.coverage.clone(),
                ..self.contradiction(call, name, answer, candidates)
            });
        }
    }
}

/// The name of a call in the cells, or, of one on a stream, that of its method.
pub(super) fn cell_name(call: &Call) -> String {
    let on_stream = || stream_call_name(call).map(str::to_owned);
    call_name(call)
        .or_else(on_stream)
        .unwrap_or_else(|| call.to_string())
}
