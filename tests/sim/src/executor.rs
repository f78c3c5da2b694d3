//! Tasks and simulated time: futures that are polled one after the other in an order that only the seed decides.
//!
//! Time stands still while anything can run, and then jumps to the next timer. Nothing here looks at a wall clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures::future::BoxFuture;

/// Microseconds of a millisecond.
pub const US_PER_MS: u64 = 1_000;
/// Microseconds of a second.
pub const US_PER_S: u64 = 1_000_000;

/// Tasks that end together: those of the world, or of one POP's process.
pub type Group = usize;
/// The group of tasks that no crash ends.
pub const WORLD: Group = usize::MAX;

type TaskId = u64;

/// Locks; a panic ends the whole seed anyway.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs tasks in simulated time.
#[derive(Default)]
pub struct Executor {
    state: Mutex<State>,
    ready: Arc<Mutex<VecDeque<TaskId>>>,
}

#[derive(Default)]
struct State {
    now_us: u64,
    steps: u64,
    next_id: TaskId,
    /// Orders timers of the same moment.
    next_timer: u64,
    timers: BinaryHeap<Reverse<Timer>>,
    tasks: BTreeMap<TaskId, Task>,
}

struct Task {
    group: Group,
    /// Out while it is polled.
    future: Option<BoxFuture<'static, ()>>,
    waker: Arc<Ready>,
}

struct Timer {
    at_us: u64,
    order: u64,
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at_us, self.order) == (other.at_us, other.order)
    }
}
impl Eq for Timer {}
impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_us, self.order).cmp(&(other.at_us, other.order))
    }
}

/// Puts a task into the queue of those that can run.
struct Ready {
    id: TaskId,
    queue: Arc<Mutex<VecDeque<TaskId>>>,
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        let mut queue = lock(&self.queue);
        if !queue.contains(&self.id) {
            queue.push_back(self.id);
        }
    }
}

impl Executor {
    /// Simulated microseconds since the start.
    pub fn now_us(&self) -> u64 {
        lock(&self.state).now_us
    }

    /// Tasks polled and timers fired so far.
    pub fn steps(&self) -> u64 {
        lock(&self.state).steps
    }

    /// Adds a task, which runs from the next step on.
    pub fn spawn(&self, group: Group, future: impl Future<Output = ()> + Send + 'static) {
        let mut state = lock(&self.state);
        let id = state.next_id;
        state.next_id += 1;
        let waker = Arc::new(Ready { id, queue: Arc::clone(&self.ready) });
        state.tasks.insert(id, Task { group, future: Some(Box::pin(future)), waker: Arc::clone(&waker) });
        drop(state);
        waker.wake();
    }

    /// Ends the tasks of `group` where they stand.
    pub fn end_group(&self, group: Group) {
        self.end(|task| task == group);
    }

    /// Ends all tasks.
    pub fn end_all(&self) {
        self.end(|_| true);
        lock(&self.state).timers.clear();
    }

    fn end(&self, which: impl Fn(Group) -> bool) {
        let mut state = lock(&self.state);
        let ids: Vec<TaskId> =
            state.tasks.iter().filter(|(_, task)| which(task.group)).map(|(id, _)| *id).collect();
        let ended: Vec<Option<Task>> = ids.iter().map(|id| state.tasks.remove(id)).collect();
        // Dropped without the lock: what a future holds may wake others.
        drop(state);
        drop(ended);
    }

    /// Waits for `us` microseconds; 0 lets the others run first.
    pub fn sleep_us(self: &Arc<Self>, us: u64) -> Sleep {
        Sleep { executor: Arc::clone(self), until_us: self.now_us() + us, armed: None }
    }

    /// Runs one task, or moves the time to the next timer. False when nothing is left to do before `until_us`.
    pub fn step(&self, until_us: u64) -> bool {
        let next = lock(&self.ready).pop_front();
        if let Some(id) = next {
            self.poll(id);
            return true;
        }
        let mut state = lock(&self.state);
        if state.timers.peek().is_none_or(|timer| timer.0.at_us > until_us) {
            return false;
        }
        let Some(Reverse(timer)) = state.timers.pop() else { return false };
        state.now_us = timer.at_us;
        state.steps += 1;
        drop(state);
        timer.waker.wake();
        true
    }

    fn poll(&self, id: TaskId) {
        let mut state = lock(&self.state);
        state.steps += 1;
        let Some(task) = state.tasks.get_mut(&id) else { return };
        let Some(mut future) = task.future.take() else { return };
        let waker = Waker::from(Arc::clone(&task.waker));
        drop(state);
        let done = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        let mut state = lock(&self.state);
        if done {
            let ended = state.tasks.remove(&id);
            drop(state);
            drop(ended);
        } else if let Some(task) = state.tasks.get_mut(&id) {
            // Gone when the task ended its own group: then the future is dropped with this function.
            task.future = Some(future);
        }
    }
}

/// A wait in simulated time.
pub struct Sleep {
    executor: Arc<Executor>,
    until_us: u64,
    /// Whom the timer wakes.
    armed: Option<Waker>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.executor.state);
        if self.armed.is_some() && state.now_us >= self.until_us {
            return Poll::Ready(());
        }
        if self.armed.as_ref().is_some_and(|armed| armed.will_wake(context.waker())) {
            return Poll::Pending;
        }
        let order = state.next_timer;
        state.next_timer += 1;
        state.timers.push(Reverse(Timer { at_us: self.until_us, order, waker: context.waker().clone() }));
        drop(state);
        self.armed = Some(context.waker().clone());
        Poll::Pending
    }
}
