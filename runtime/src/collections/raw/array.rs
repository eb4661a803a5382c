//! [`RawArray`]: elements of some bytes in the global address space.

use std::ops::Range;
use std::sync::Arc;

use verbs_shim::{Atomic, Memory, Update};

use super::RawType;
use crate::cluster::{Distribution, Model};
use crate::coherence::Relaxed;
use crate::endpoint::PendingRead;
use crate::error::Error;
use crate::node::Node;
use crate::primitives::System;
use crate::space::{Expected, GlobalAddr, Segment, UnitWish, Wish};

/// An array of elements whose type is known at run time; see [`Array`](crate::Array), whose methods these are. Buffers hold whole elements.
pub struct RawArray {
    segment: Segment<System>,
    each: usize,
}

impl RawArray {
    /// As [`ArrayBuilder::create`](crate::ArrayBuilder::create).
    ///
    /// # Errors
    /// As there.
    pub fn create(
        node: &Node,
        name: &str,
        element: RawType,
        len: usize,
        distribution: Distribution,
    ) -> Result<RawArray, Error> {
        check(name, &element)?;
        let wish = Wish {
            name: name.to_owned(),
            type_name: element.name,
            element_bytes: element.bytes as u32,
            element_align: element.align as u32,
            len: len as u64,
            distribution,
            model: Model::Relaxed,
            unit: UnitWish::Element,
        };
        let segment = Segment::create_or_attach(node.endpoint(), wish)?;
        Ok(RawArray { segment, each: element.bytes })
    }

    /// As [`ArrayBuilder::attach`](crate::ArrayBuilder::attach).
    ///
    /// # Errors
    /// As there.
    pub fn attach(node: &Node, name: &str, element: &RawType) -> Result<RawArray, Error> {
        check(name, element)?;
        let (type_name, element_bytes) = (element.name.as_str(), element.bytes);
        let expected = Expected { type_name, element_bytes, kind: "Array" };
        let segment = Segment::attach(node.endpoint(), name, &expected)?;
        Ok(RawArray { segment, each: element.bytes })
    }

    fn relaxed(&self) -> Relaxed<'_, System> {
        Relaxed(&self.segment)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.segment.spec().name
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.segment.len() as usize
    }

    /// True when it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes an element has.
    #[inline]
    pub fn element_bytes(&self) -> usize {
        self.each
    }

    /// Whether this node was the one that created it.
    pub fn is_creator(&self) -> bool {
        self.segment.created()
    }

    /// The global address of an element.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn addr(&self, index: usize) -> Result<GlobalAddr, Error> {
        self.segment.addr(index as u64).ok_or_else(|| self.outside(index))
    }

    /// The index of the element at a global address.
    pub fn index_of(&self, addr: GlobalAddr) -> Option<usize> {
        self.segment.index_of(addr).map(|index| index as usize)
    }

    #[cold]
    fn outside(&self, what: impl std::fmt::Display) -> Error {
        let name = self.name().to_owned();
        if self.segment.is_released() {
            return Error::Released { name };
        }
        Error::OutOfRange { what: format!("index {what}"), name, len: self.len() }
    }

    #[inline]
    fn check(&self, index: usize) -> Result<u64, Error> {
        if (index as u64) < self.segment.usable() {
            Ok(index as u64)
        } else {
            Err(self.outside(index))
        }
    }

    fn check_range(&self, start: usize, count: usize) -> Result<Range<u64>, Error> {
        match start.checked_add(count) {
            Some(end) if end as u64 <= self.segment.usable() => Ok(start as u64..end as u64),
            _ => Err(self.outside(format_args!("{start} and the {count} from there on"))),
        }
    }

    /// How many elements a buffer has.
    fn count(&self, buffer: &[u8]) -> Result<usize, Error> {
        if !buffer.len().is_multiple_of(self.each) {
            let (left, right) = (buffer.len(), buffer.len() / self.each * self.each);
            return Err(Error::LengthMismatch {
                what: "the bytes of a buffer and of whole elements",
                left,
                right,
            });
        }
        Ok(buffer.len() / self.each)
    }

    fn check_one(&self, index: usize, buffer: &[u8]) -> Result<u64, Error> {
        let index = self.check(index)?;
        if buffer.len() != self.each {
            let what = "the bytes of a buffer and of an element";
            return Err(Error::LengthMismatch { what, left: buffer.len(), right: self.each });
        }
        Ok(index)
    }

    /// See [`Array::get`](crate::Array::get).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn get(&self, index: usize, into: &mut [u8]) -> Result<(), Error> {
        let index = self.check_one(index, into)?;
        if let Ok(word) = <&mut [u8; 8]>::try_from(&mut *into)
            && let Some(loaded) = self.relaxed().load_at_once(index)
        {
            *word = loaded.to_ne_bytes();
            return Ok(());
        }
        self.relaxed().read(index, into)
    }

    /// See [`Array::put`](crate::Array::put).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn put(&self, index: usize, from: &[u8]) -> Result<(), Error> {
        let index = self.check_one(index, from)?;
        self.relaxed().write(index, from)
    }

    /// See [`Array::get_range`](crate::Array::get_range).
    ///
    /// # Errors
    /// As there.
    pub fn get_range(&self, start: usize, into: &mut [u8]) -> Result<(), Error> {
        let range = self.check_range(start, self.count(into)?)?;
        self.relaxed().read_range(range, into)
    }

    /// See [`Array::put_range`](crate::Array::put_range).
    ///
    /// # Errors
    /// As there.
    pub fn put_range(&self, start: usize, from: &[u8]) -> Result<(), Error> {
        let range = self.check_range(start, self.count(from)?)?;
        self.relaxed().write_range(range, from)
    }

    fn check_stride(
        &self,
        start: usize,
        stride: usize,
        count: usize,
    ) -> Result<impl Iterator<Item = u64> + use<>, Error> {
        if let Some(steps) = count.checked_sub(1) {
            match steps.checked_mul(stride).and_then(|far| start.checked_add(far)) {
                Some(last) => _ = self.check(last)?,
                None => return Err(self.outside(format_args!("{start} + {stride}·{count}"))),
            }
        }
        Ok((0..count).map(move |i| (start + i * stride) as u64))
    }

    /// See [`Array::get_strided`](crate::Array::get_strided).
    ///
    /// # Errors
    /// As there.
    pub fn get_strided(&self, start: usize, stride: usize, into: &mut [u8]) -> Result<(), Error> {
        let indices = self.check_stride(start, stride, self.count(into)?)?;
        self.relaxed().read_many(self.each, indices, into)
    }

    /// See [`Array::put_strided`](crate::Array::put_strided).
    ///
    /// # Errors
    /// As there.
    pub fn put_strided(&self, start: usize, stride: usize, from: &[u8]) -> Result<(), Error> {
        let indices = self.check_stride(start, stride, self.count(from)?)?;
        self.relaxed().write_many(self.each, indices, from)
    }

    fn check_all<'a>(
        &self,
        indices: &'a [usize],
        elements: usize,
    ) -> Result<impl Iterator<Item = u64> + use<'a>, Error> {
        if indices.len() != elements {
            let what = "the number of indices and of elements";
            return Err(Error::LengthMismatch { what, left: indices.len(), right: elements });
        }
        let usable = self.segment.usable();
        match indices.iter().find(|index| **index as u64 >= usable) {
            Some(index) => Err(self.outside(index)),
            None => Ok(indices.iter().map(|index| *index as u64)),
        }
    }

    /// See [`Array::gather`](crate::Array::gather).
    ///
    /// # Errors
    /// As there.
    pub fn gather(&self, indices: &[usize], into: &mut [u8]) -> Result<(), Error> {
        let indices = self.check_all(indices, self.count(into)?)?;
        self.relaxed().read_many(self.each, indices, into)
    }

    /// See [`Array::scatter`](crate::Array::scatter).
    ///
    /// # Errors
    /// As there.
    pub fn scatter(&self, indices: &[usize], from: &[u8]) -> Result<(), Error> {
        let indices = self.check_all(indices, self.count(from)?)?;
        self.relaxed().write_many(self.each, indices, from)
    }

    /// See [`Array::get_nb`](crate::Array::get_nb).
    ///
    /// # Errors
    /// As there.
    pub fn get_nb(&self, start: usize, count: usize) -> Result<RawTransfer, Error> {
        let range = self.check_range(start, count)?;
        let bytes = count * self.each;
        let pending = self.relaxed().read_later(range, bytes)?;
        Ok(RawTransfer { endpoint: Arc::clone(self.segment.endpoint()), pending, bytes })
    }

    /// See [`Array::put_nb`](crate::Array::put_nb).
    ///
    /// # Errors
    /// As there.
    pub fn put_nb(&self, start: usize, from: &[u8]) -> Result<(), Error> {
        let range = self.check_range(start, self.count(from)?)?;
        self.relaxed().write_later(range, from)
    }

    fn check_word(&self, index: usize) -> Result<u64, Error> {
        let index = self.check(index)?;
        if self.each != 8 {
            return Err(Error::LengthMismatch {
                what: "the bytes of an element and of what atomics are for",
                left: self.each,
                right: 8,
            });
        }
        Ok(index)
    }

    /// An atomic; see [`Array::fetch_add`](crate::Array::fetch_add).
    ///
    /// # Errors
    /// As there; [`Error::LengthMismatch`] unless elements have 8 bytes.
    pub fn fetch_add(&self, index: usize, add: u64) -> Result<u64, Error> {
        let index = self.check_word(index)?;
        self.relaxed().atomic(index, Atomic::FetchAdd { add })
    }

    /// An atomic; see [`Array::compare_swap`](crate::Array::compare_swap).
    ///
    /// # Errors
    /// As [`RawArray::fetch_add`].
    pub fn compare_swap(&self, index: usize, expected: u64, new: u64) -> Result<u64, Error> {
        let index = self.check_word(index)?;
        self.relaxed().atomic(index, Atomic::CompareSwap { expected, new })
    }

    /// An atomic; see [`Array::load`](crate::Array::load).
    ///
    /// # Errors
    /// As [`RawArray::fetch_add`].
    pub fn load(&self, index: usize) -> Result<u64, Error> {
        let index = self.check_word(index)?;
        self.relaxed().load(index)
    }

    /// An atomic that replaces an element by what `next` makes of it; the answer is the one before. See [`Array::swap`](crate::Array::swap).
    ///
    /// # Errors
    /// As [`RawArray::fetch_add`].
    pub fn update(&self, index: usize, next: impl Fn(u64) -> u64) -> Result<u64, Error> {
        let index = self.check_word(index)?;
        self.relaxed().update(index, next)
    }

    /// See [`Array::add_many`](crate::Array::add_many) and its kin.
    ///
    /// # Errors
    /// As there; [`Error::LengthMismatch`] unless elements have 8 bytes.
    pub fn update_many(
        &self,
        update: Update,
        indices: &[usize],
        operands: &[u64],
    ) -> Result<(), Error> {
        // None is too far, for which `check_all` looks, so this is about the elements alone.
        if !indices.is_empty() && self.each != 8 {
            self.check_word(0)?;
        }
        let _ = self.check_all(indices, operands.len())?;
        self.relaxed()
            .update_many(update, indices.len(), |number| (indices[number] as u64, operands[number]))
    }

    /// How many elements this node holds.
    pub fn local_len(&self) -> usize {
        self.segment.local_len(self.segment.rank().0) as usize
    }

    /// See [`Array::local_range`](crate::Array::local_range).
    pub fn local_range(&self) -> Option<Range<usize>> {
        let range = self.segment.range_at(self.segment.rank().0)?;
        Some(range.start as usize..range.end as usize)
    }

    /// The part that a node holds, in place: its first byte, how many elements it has, and what keeps it there.
    /// See [`Array::segment_of`](crate::Array::segment_of).
    ///
    /// # Errors
    /// As there.
    pub fn segment_of(&self, rank: usize) -> Result<(*mut u8, usize, Arc<Memory>), Error> {
        let number = self.segment.check_rank(rank)?;
        let name = || self.name().to_owned();
        if self.segment.is_released() {
            return Err(Error::Released { name: name() });
        }
        let endpoint = self.segment.endpoint();
        let Some(memory) = endpoint.mapped(number)? else {
            let provider = endpoint.fabric().capabilities().provider;
            return Err(Error::NotMapped { name: name(), rank, provider });
        };
        let len = self.segment.local_len(number) as usize;
        let offset = if len == 0 { 0 } else { self.segment.offset_on(number) as usize };
        let cells = memory.cells::<u8>(offset, len * self.each);
        Ok((cells.as_ptr().cast::<u8>().cast_mut(), len, memory))
    }

    /// The index of element `local` of the part of a node; `None` when there is none.
    pub fn index_at(&self, rank: usize, local: usize) -> Option<usize> {
        let number = self.segment.check_rank(rank).ok()?;
        let is_there = (local as u64) < self.segment.local_len(number);
        is_there.then(|| self.segment.index_at(number, local as u64) as usize)
    }

    /// See [`Array::release`](crate::Array::release).
    ///
    /// # Errors
    /// As there.
    pub fn release(&self) -> Result<(), Error> {
        let endpoint = self.segment.endpoint();
        let finished = endpoint.quiet();
        endpoint.fence_all()?;
        self.segment.release()?;
        finished
    }
}

fn check(name: &str, element: &RawType) -> Result<(), Error> {
    match element.problem() {
        None => Ok(()),
        Some(problem) => {
            let reason = format!("its type {} cannot be shared: {problem}", element.name);
            Err(Error::BadArray { name: name.to_owned(), reason })
        }
    }
}

/// Elements on their way; see [`Transfer`](crate::Transfer).
#[must_use = "the elements are handed over by `wait`"]
pub struct RawTransfer {
    endpoint: Arc<crate::endpoint::Endpoint<System>>,
    pending: PendingRead<System>,
    bytes: usize,
}

impl RawTransfer {
    /// How many bytes they are.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Waits for the elements.
    ///
    /// # Errors
    /// When a home could not be reached.
    pub fn wait(self) -> Result<Vec<u8>, Error> {
        self.pending.wait(&self.endpoint)
    }
}
