//! Whether pollables are ready when they have to be, and not before.

use super::super::{Answer, Call, Part, PollableId, RuleName, State};
use super::world::{Broken, Pollable};
use super::{Replay, can_be_told};

impl Replay<'_> {
    /// Judges whether one pollable is ready.
    pub(super) fn ready(
        &mut self,
        call: &Call,
        answer: &Answer,
        pollable: PollableId,
        ready: bool,
    ) -> Result<(), Broken> {
        let Some(Pollable { socket, part }) = self.world.pollables.get(&pollable).cloned() else {
            return Ok(());
        };
        let about = |broken: Broken| broken.of(pollable);
        match part {
            Part::Socket => {
                let told = Answer::Bool(ready);
                let before = self.found.is_some();
                self.on_socket(&Call::Ready(pollable), socket, &told)
                    .map_err(about)?;
                if let (false, Some(found)) = (before, &mut self.found) {
                    found.call = call.to_string();
                    found.answer = answer.to_string();
                }
                if let Some(own) = self.world.sockets.get_mut(&socket) {
                    own.told_ready |= ready && !own.may_be(|state| !can_be_told(state));
                }
                Ok(())
            }
            Part::In => self.input_ready(socket, ready).map_err(about),
            Part::Out => {
                let Some(own) = self.world.sockets.get_mut(&socket) else {
                    return Ok(());
                };
                own.streams.told_out |= ready;
                let name = if own.streams.filled {
                    "out.ready after fill"
                } else {
                    "out.ready"
                };
                self.replayed.coverage.stream(name);
                Ok(())
            }
        }
    }

    /// Judges a wait for one of several pollables.
    pub(super) fn wait(
        &mut self,
        call: &Call,
        answer: &Answer,
        pollables: &[PollableId],
    ) -> Result<(), Broken> {
        match answer {
            Answer::Ok if matches!(call, Call::Block(_)) => {
                self.ready(call, answer, pollables[0], true)
            }
            Answer::Ready(indices) if matches!(call, Call::Poll(_)) => {
                let is_sorted = indices.windows(2).all(|pair| pair[0] < pair[1]);
                let in_range = indices.iter().all(|index| *index < pollables.len());
                let there = |index: &usize| self.world.pollables.contains_key(&pollables[*index]);
                if indices.is_empty() || !is_sorted || !in_range || !indices.iter().all(there) {
                    let allowed = "indices of pollables, at least one";
                    return Err(Broken::new(RuleName::PollReports, allowed));
                }
                let mut ready = indices.iter();
                ready.try_for_each(|index| self.ready(call, answer, pollables[*index], true))
            }
            Answer::Never => {
                let mut ready = pollables.iter().filter(|it| self.gets_ready(**it));
                match ready.next() {
                    None => Ok(()),
                    Some(pollable) => {
                        let allowed = format!("{pollable} gets ready");
                        let part = self.world.pollables.get(pollable).map(|it| it.part);
                        let rule = match part {
                            Some(Part::In) => RuleName::PollableOfInput,
                            Some(Part::Out) => RuleName::PollableOfOutput,
                            _ => RuleName::WaitsEnd,
                        };
                        Err(Broken::new(rule, allowed).of(*pollable))
                    }
                }
            }
            _ => Err(Broken::new(RuleName::PollReports, "what is ready")),
        }
    }

    /// Whether a pollable is sure to get ready.
    fn gets_ready(&self, pollable: PollableId) -> bool {
        let Some(Pollable { socket, part }) = self.world.pollables.get(&pollable) else {
            return false;
        };
        let Some(own) = self.world.live(*socket) else {
            return false;
        };
        match part {
            Part::Socket if own.may_be(|state| state == State::Listening) => {
                own.told_ready || own.sure_clients() > 0
            }
            Part::Socket if own.may_be(|state| state == State::ConnectInProgress) => {
                let attempt = own.attempt.as_ref();
                attempt.is_some_and(|it| it.may_succeed != it.may_fail)
            }
            Part::Socket => true,
            Part::In => self.input_gets_ready(*socket),
            Part::Out => self.output_gets_ready(*socket),
        }
    }
}
