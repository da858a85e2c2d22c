from . import oauth, push
