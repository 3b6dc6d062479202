#pragma once

/// @file
/// The kinds of errors.

#include <stdexcept>

namespace revolute {

/// What a caller can cause. The text is `subject: requirement (actual values)`, then one fact a
/// line.
class Error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Operands, or a value for a leaf, do not have the shape that is needed.
class ShapeError : public Error {
    using Error::Error;
};

/// A graph is put together wrongly other than by shape: mixed graphs, an empty expression.
class GraphError : public Error {
    using Error::Error;
};

/// A derivative that does not exist or was not computed was asked for.
class DerivativeError : public Error {
    using Error::Error;
};

/// Values are missing or not finite.
class EvaluationError : public Error {
    using Error::Error;
};

/// Text from outside (a CSV file, a model file) cannot be understood.
class ParseError : public Error {
    using Error::Error;
};

/// A file cannot be read or written.
class FileError : public Error {
    using Error::Error;
};

/// A graph would need more than 2^32 - 1 ids, or a program more memory than it may have.
class CapacityError : public Error {
    using Error::Error;
};

/// An invariant of the library is broken: a defect in Revolute or in an operator's record.
class InternalError : public std::logic_error {
    using std::logic_error::logic_error;
};

}  // namespace revolute
