"""tf.saved_model.signature_def_utils: what goes into a model, and what comes out of it."""

from minitf.framework import dtypes, protos
from minitf.framework.operation import Tensor
from minitf.saved_model import signature_constants as names
from minitf.saved_model.utils import build_tensor_info


def build_signature_def(inputs=None, outputs=None, method_name=None):
    """A SignatureDef.

    Args:
      inputs, outputs: {name: TensorInfo}.
      method_name: the kind of signature, for servers.
    """
    signature = protos.SignatureDef(method_name=method_name or "")
    for given, field in ((inputs, signature.inputs), (outputs, signature.outputs)):
        for name in given or ():
            field[name].CopyFrom(given[name])
    return signature


def predict_signature_def(inputs, outputs):
    """The SignatureDef of a model of any kind.

    Args:
      inputs, outputs: {name: tensor}.

    Raises:
      ValueError: there are none.
    """
    for what, tensors in (("inputs", inputs), ("outputs", outputs)):
        if not tensors:
            raise ValueError(f"Prediction {what} cannot be None or empty.")
    return build_signature_def(
        {name: build_tensor_info(tensor) for name, tensor in inputs.items()},
        {name: build_tensor_info(tensor) for name, tensor in outputs.items()},
        names.PREDICT_METHOD_NAME)


def regression_signature_def(examples, predictions):
    """The SignatureDef of a model that gives numbers for serialized Examples.

    Args:
      examples: a string tensor.
      predictions: a float tensor.

    Raises:
      ValueError: a tensor is missing, or of another type.
    """
    inputs = _examples_info(examples, "Regression")
    if predictions is None:
        raise ValueError("Regression predictions cannot be None.")
    return build_signature_def(
        {names.REGRESS_INPUTS: inputs},
        {names.REGRESS_OUTPUTS: _typed_info(predictions, dtypes.float32,
                                            "Regression output must be a float Tensor.")},
        names.REGRESS_METHOD_NAME)


def classification_signature_def(examples, classes, scores):
    """The SignatureDef of a model that gives classes for serialized Examples.

    Args:
      examples: a string tensor.
      classes: a string tensor, the classes' names, or None.
      scores: a float tensor, a number for each class, or None.

    Raises:
      ValueError: there are neither classes nor scores; a tensor is of another type.
    """
    inputs = _examples_info(examples, "Classification")
    if classes is None and scores is None:
        raise ValueError("Classification classes and scores cannot both be None.")
    outputs = {}
    if classes is not None:
        outputs[names.CLASSIFY_OUTPUT_CLASSES] = _typed_info(
            classes, dtypes.string, "Classification classes must be a string Tensor.")
    if scores is not None:
        outputs[names.CLASSIFY_OUTPUT_SCORES] = _typed_info(
            scores, dtypes.float32, "Classification scores must be a float Tensor.")
    return build_signature_def({names.CLASSIFY_INPUTS: inputs}, outputs,
                               names.CLASSIFY_METHOD_NAME)


def _examples_info(examples, kind):
    if examples is None:
        raise ValueError(f"{kind} examples cannot be None.")
    message = f"{kind} examples must be a string Tensor."
    if not isinstance(examples, Tensor):
        raise ValueError(message)
    return _typed_info(examples, dtypes.string, message)


def _typed_info(tensor, dtype, message):
    info = build_tensor_info(tensor)
    if info.dtype != dtype.as_datatype_enum:
        raise ValueError(message)
    return info


# ---- checking ----


def is_valid_signature(signature_def):
    """Whether servers can use a SignatureDef: its method is known, and has what it needs."""
    if signature_def is None:
        return False
    return (_is_valid_classification(signature_def) or _is_valid_regression(signature_def)
            or _is_valid_prediction(signature_def))


def _is_valid_prediction(signature):
    return (signature.method_name == names.PREDICT_METHOD_NAME and bool(signature.inputs)
            and bool(signature.outputs))


def _is_valid_regression(signature):
    return (signature.method_name == names.REGRESS_METHOD_NAME
            and _types(signature.inputs) == {names.REGRESS_INPUTS: dtypes.string}
            and _types(signature.outputs) == {names.REGRESS_OUTPUTS: dtypes.float32})


def _is_valid_classification(signature):
    allowed = {names.CLASSIFY_OUTPUT_CLASSES: dtypes.string,
               names.CLASSIFY_OUTPUT_SCORES: dtypes.float32}
    return (signature.method_name == names.CLASSIFY_METHOD_NAME
            and _types(signature.inputs) == {names.CLASSIFY_INPUTS: dtypes.string}
            and bool(signature.outputs)
            and _types(signature.outputs).items() <= allowed.items())


def _types(infos):
    return {name: dtypes.as_dtype(info.dtype) if info.dtype else None
            for name, info in infos.items()}
