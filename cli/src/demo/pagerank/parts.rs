//! [`Parts`]: numbers that all nodes share, a part for each node, under every consistency model that has calls for reading and
//! writing.

use pangea::{Array, Model, SharedArray};

use super::team::{Stop, Team};

/// Bytes of a block of a coherent array, and of the header in it.
const BLOCK: usize = 4096;
const HEADER: usize = 32;
/// Numbers in a block.
const PER_BLOCK: usize = (BLOCK - HEADER) / size_of::<f64>();

/// A part of equal length for each node, in its own memory, of which it uses what it needs.
pub(crate) struct Parts {
    numbers: Numbers,
    /// From the beginning of one part to that of the next.
    stride: usize,
}

enum Numbers {
    /// Every read goes to the home. Barriers keep readers and writers apart.
    Relaxed(Array<f64>),
    /// Reads come from the node's own copies as far as the model lets them.
    Coherent(SharedArray<f64>),
}

impl Parts {
    /// Parts that hold `part` numbers each. Collective.
    pub(crate) fn new(
        team: &Team<'_>,
        name: &str,
        part: usize,
        model: Model,
    ) -> Result<Parts, Stop> {
        if model == Model::Relaxed {
            let numbers = Numbers::Relaxed(team.array(name, team.size() * part)?);
            return Ok(Parts { numbers, stride: part });
        }
        // Whole blocks, so that no two nodes write to one, and each has its own in its memory.
        let stride = part.next_multiple_of(PER_BLOCK);
        let builder = team.node().shared_array(name).model(model).block_bytes(BLOCK);
        let array = team.together(builder.len(team.size() * stride).create())?;
        Ok(Parts { numbers: Numbers::Coherent(array), stride })
    }

    /// Writes the beginning of this node's part, or of another's.
    pub(crate) fn put(&self, rank: usize, values: &[f64]) -> Result<(), pangea::Error> {
        let start = rank * self.stride;
        match &self.numbers {
            Numbers::Relaxed(array) => array.put_range(start, values),
            Numbers::Coherent(array) => array.set_range(start, values),
        }
    }

    /// Reads the beginning of the part of a node.
    pub(crate) fn get(&self, rank: usize, into: &mut [f64]) -> Result<(), pangea::Error> {
        let start = rank * self.stride;
        match &self.numbers {
            Numbers::Relaxed(array) => array.get_range(start, into),
            Numbers::Coherent(array) => array.get_range(start, into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_keeps_what_is_put() {
        let node = pangea::join().unwrap();
        let team = Team::new(&node);
        for model in [Model::Relaxed, Model::Strict, Model::Sequential] {
            for len in [1, PER_BLOCK, PER_BLOCK + 1] {
                let parts = Parts::new(&team, &format!("{model} {len}"), len, model).unwrap();
                let values: Vec<f64> = (0..len).map(|at| at as f64).collect();
                parts.put(0, &values).unwrap();
                parts.put(0, &[7.0]).unwrap();
                let mut back = vec![0.0; len];
                parts.get(0, &mut back).unwrap();
                assert_eq!((back[0], &back[1..]), (7.0, &values[1..]), "{model}");
            }
        }
    }
}
