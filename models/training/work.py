"""Where the steps read and write: everything under MILLRACE_TRAINING_DIR (default: the folder work beside this file)."""
import os
ROOT = os.environ.get('MILLRACE_TRAINING_DIR') or os.path.join(os.path.dirname(os.path.abspath(__file__)), 'work')
DATA, OUT, VERIFY = (os.path.join(ROOT, name) for name in ('data', 'out', 'verify'))
for folder in (DATA, OUT, VERIFY): os.makedirs(folder, exist_ok=True)
def path(name): return os.path.join(ROOT, name)
