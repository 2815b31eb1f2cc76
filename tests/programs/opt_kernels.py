"""The fused updates of optimizers, op by op: dense and by rows, in all floating dtypes."""

import numpy as np

from programs import run

# Op name without Apply, its slots, hyperparameters, attributes.
UPDATES = [
    ("GradientDescent", "", {"alpha": 0.3}, {}),
    ("ProximalGradientDescent", "", {"alpha": 0.3, "l1": 0.0, "l2": 0.2}, {}),
    ("ProximalGradientDescent", "", {"alpha": 0.3, "l1": 0.7, "l2": 0.2}, {}),
    ("Momentum", "accum", {"lr": 0.3, "momentum": 0.8}, {}),
    ("Momentum", "accum", {"lr": 0.3, "momentum": 0.8}, {"use_nesterov": True}),
    ("KerasMomentum", "accum", {"lr": 0.3, "momentum": 0.8}, {}),
    ("KerasMomentum", "accum", {"lr": 0.3, "momentum": 0.8}, {"use_nesterov": True}),
    ("Adam", "m v", {"beta1_power": 0.81, "beta2_power": 0.99, "lr": 0.1, "beta1": 0.9,
                     "beta2": 0.995, "epsilon": 0.01}, {}),
    ("Adam", "m v", {"beta1_power": 0.81, "beta2_power": 0.99, "lr": 0.1, "beta1": 0.9,
                     "beta2": 0.995, "epsilon": 0.01}, {"use_nesterov": True}),
    ("AdamWithAmsgrad", "m v vhat", {"beta1_power": 0.81, "beta2_power": 0.99, "lr": 0.1,
                                     "beta1": 0.9, "beta2": 0.5, "epsilon": 0.01}, {}),
    ("AdaMax", "m v", {"beta1_power": 0.81, "lr": 0.1, "beta1": 0.9, "beta2": 0.995,
                       "epsilon": 0.01}, {}),
    ("Adagrad", "accum", {"lr": 0.3}, {}),
    ("Adagrad", "accum", {"lr": 0.3}, {"update_slots": False}),
    ("AdagradV2", "accum", {"lr": 0.3, "epsilon": 0.1}, {}),
    ("AdagradV2", "accum", {"lr": 0.3, "epsilon": 0.1}, {"update_slots": False}),
    ("ProximalAdagrad", "accum", {"lr": 0.3, "l1": 0.0, "l2": 0.2}, {}),
    ("ProximalAdagrad", "accum", {"lr": 0.3, "l1": 0.7, "l2": 0.2}, {}),
    ("AdagradDA", "gradient_accumulator gradient_squared_accumulator",
     {"lr": 0.3, "l1": 0.0, "l2": 0.2, "global_step": 3}, {}),
    ("AdagradDA", "gradient_accumulator gradient_squared_accumulator",
     {"lr": 0.3, "l1": 0.2, "l2": 0.2, "global_step": 3}, {}),
    ("Adadelta", "accum accum_update", {"lr": 0.3, "rho": 0.9, "epsilon": 0.01}, {}),
    ("RMSProp", "ms mom", {"lr": 0.3, "rho": 0.9, "momentum": 0.4, "epsilon": 0.01}, {}),
    ("CenteredRMSProp", "mg ms mom", {"lr": 0.3, "rho": 0.9, "momentum": 0.4, "epsilon": 5.0}, {}),
    ("Ftrl", "accum linear", {"lr": 0.3, "l1": 0.0, "l2": 0.0, "lr_power": -0.5}, {}),
    ("Ftrl", "accum linear", {"lr": 0.3, "l1": 0.7, "l2": 0.2, "lr_power": -0.3}, {}),
    ("FtrlV2", "accum linear", {"lr": 0.3, "l1": 0.7, "l2": 0.2, "l2_shrinkage": 0.4,
                                "lr_power": -0.5}, {}),
    ("FtrlV2", "accum linear", {"lr": 0.3, "l1": 0.1, "l2": 0.2, "l2_shrinkage": 0.4,
                                "lr_power": 0.0}, {}),
    ("AddSign", "m", {"lr": 0.3, "alpha": 1.0, "sign_decay": 0.8, "beta": 0.9}, {}),
    ("PowerSign", "m", {"lr": 0.3, "logbase": 0.9, "sign_decay": 0.8, "beta": 0.9}, {}),
]

ON_HANDLES_ONLY = {"KerasMomentum", "AdamWithAmsgrad"}
DENSE_ONLY = {"GradientDescent", "Adam", "AdamWithAmsgrad", "AdaMax", "AddSign", "PowerSign"}
WITHOUT_HALF = {"ProximalGradientDescent", "ProximalAdagrad", "AdagradDA"}
TOLERANCE = {"float32": 3e-6, "float16": 1e-2}


def starts(random, slots, shape, dtype):
    """The variable's value, then those of its slots, which must not be negative everywhere."""
    values = [random.uniform(-1, 1, shape)]
    values += [random.uniform(0.1, 2, shape) for _ in slots]
    return [value.astype(dtype) for value in values]


def cases(tf, sparse, resource, dtypes):
    """Each update on variables of its own, for each dtype and two shapes; the updates run twice."""
    random = np.random.RandomState(0)
    updates, states = [], []
    for name, slots, hyper, attrs in UPDATES:
        if name in DENSE_ONLY and sparse or name in ON_HANDLES_ONLY and not resource:
            continue
        kind = ("Resource" if resource else "") + ("Sparse" if sparse else "") + "Apply" + name
        slots = slots.split()
        for dtype in dtypes:
            if dtype == "float16" and name in WITHOUT_HALF:
                continue
            for shape in ([5, 3], [4]) if sparse else ([2, 3], []):
                state = [tf.Variable(value, use_resource=resource)
                         for value in starts(random, slots, shape, dtype)]
                inputs = dict(zip(["var"] + slots, state))
                if resource:
                    inputs = {key: variable.handle for key, variable in inputs.items()}
                gradient = random.uniform(-3, 3, ([4] + shape[1:]) if sparse else shape)
                inputs["grad"] = tf.constant(gradient, dtype)
                if sparse:
                    inputs["indices"] = tf.constant([3, 0, 3, 1], "int64" if shape[1:] else "int32")
                elif name.endswith("GradientDescent"):
                    inputs["delta"] = inputs.pop("grad")
                for key, value in hyper.items():
                    inputs[key] = tf.constant(value, "int64" if key == "global_step" else dtype)
                inputs.update(attrs)
                update = getattr(tf.raw_ops, kind)(name=f"{kind}_{len(states)}", **inputs)
                updates.append(update if resource else update.op)
                label = f"{kind} {sorted(attrs)} {dtype} {shape}"
                states.append(run(label, state))
    return ([run("start", tf.global_variables_initializer()), run("once", updates)] + states
            + [run("twice", updates)] + states)


def build(tf):
    return (cases(tf, sparse=False, resource=False, dtypes=["float32", "float16"])
            + cases(tf, sparse=True, resource=False, dtypes=["float32"]))
