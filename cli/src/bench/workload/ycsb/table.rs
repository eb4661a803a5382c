//! [`Table`]: the records, under any model.

use pangea::{Array, Error, Model, Node, SharedArray};

use super::records::Layout;

/// An array of records.
pub(crate) struct Table {
    layout: Layout,
    bytes: Bytes,
}

enum Bytes {
    Relaxed(Array<u8>),
    Coherent(SharedArray<u8>),
}

impl Table {
    /// A table of that name with room for `records` records of `record` bytes. They are spread over the nodes,
    /// each with as many in a row.
    pub(crate) fn create(
        node: &Node,
        name: &str,
        model: Model,
        record: usize,
        records: usize,
    ) -> Result<Table, Error> {
        let nodes = node.size();
        if model == Model::Relaxed {
            let layout = Layout::plain(record);
            // No record lies on two nodes.
            let len = layout.len(records.next_multiple_of(nodes));
            let array = node.array(name).len(len).create()?;
            return Ok(Table { layout, bytes: Bytes::Relaxed(array) });
        }
        let layout = Layout::in_blocks(record);
        let array = node.shared_array(name).model(model).len(layout.len(records));
        let array = array.block_bytes(layout.block).create()?;
        Ok(Table { layout, bytes: Bytes::Coherent(array) })
    }

    /// Where records lie.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Copies `count` records out, from the first on; the answer is how many bytes they are with what lies between
    /// them.
    pub(crate) fn read(&self, first: usize, count: usize, into: &mut [u8]) -> Result<usize, Error> {
        let (at, bytes) = (self.layout.at(first), self.layout.span(first, count));
        match &self.bytes {
            Bytes::Relaxed(array) => array.get_range(at, &mut into[..bytes])?,
            Bytes::Coherent(array) => array.get_range(at, &mut into[..bytes])?,
        }
        Ok(bytes)
    }

    /// Copies bytes into a record, from `within` on: all of it, or a field.
    pub(crate) fn write(&self, record: usize, within: usize, from: &[u8]) -> Result<(), Error> {
        let at = self.layout.at(record) + within;
        match &self.bytes {
            Bytes::Relaxed(array) => array.put_range(at, from),
            Bytes::Coherent(array) => array.set_range(at, from),
        }
    }

    /// Copies a record out, and bytes into it. Unless relaxed, nobody writes it between the one and the other.
    pub(crate) fn modify(
        &self,
        record: usize,
        into: &mut [u8],
        within: usize,
        from: &[u8],
    ) -> Result<(), Error> {
        let Bytes::Coherent(array) = &self.bytes else {
            self.read(record, 1, into)?;
            return self.write(record, within, from);
        };
        let (block, at) = self.layout.in_block(record);
        let mut guard = array.write_block(block)?;
        into[..self.layout.record].copy_from_slice(&guard[at..][..self.layout.record]);
        guard[at + within..][..from.len()].copy_from_slice(from);
        guard.commit()
    }

    /// Gives it back.
    pub(crate) fn release(self) -> Result<(), Error> {
        match self.bytes {
            Bytes::Relaxed(array) => array.release(),
            Bytes::Coherent(array) => array.release(),
        }
    }
}
